// Custos in a subscription: one resource group with everything in it. For `azd up` and `az deployment sub create` alike.
// Who may not deploy at the subscription deploys custos.bicep into a group that exists: `az deployment group create`.
targetScope = 'subscription'

@minLength(1)
@maxLength(40)
@description('Short name of this installation, such as prod. It is part of every name.')
param environmentName string

@minLength(1)
@metadata({ azd: { type: 'location' } })
@description('Azure region, such as uksouth.')
param location string

@description('Resource group; empty: rg-custos-ENVIRONMENT.')
param resourceGroupName string = ''

@description('Root of SharePoint, https://NAME.sharepoint.com.')
param sharePointUrl string

@description('Let Custos write: gives the app the actor identity. Leave false until the plans have been read.')
param writesEnabled bool = false

@description('Ask Microsoft for webhooks. True once the app has been deployed, because the function key is read from it.')
param webhooksEnabled bool = false

@description('Id of the Teams app in the organisation catalogue; empty until it is published.')
param teamsAppId string = ''

@description('Mailbox that sends mail to whoever Teams does not reach; empty: none.')
param mailbox string = ''

@description('Whom the alerts reach: addresses with commas between them.')
param alertEmails string = ''

@description('Client id of the app registration with which people open the page; empty: nobody signs in at the app.')
param pageClientId string = ''

@description('Client id of the app registration with which people sign in to `custos`; empty: by az login.')
param signInClientId string = ''

@description('Storage behind private endpoints in a network of its own.')
param privateNetwork bool = false

@description('How many days nobody can change or delete a checkpoint of the audit. 0 leaves the policy as it is, for one that was locked by hand.')
@minValue(0)
@maxValue(146000)
param auditRetentionDays int = 2555

@description('Council time, for digests and working hours.')
param timezone string = 'Europe/London'

@description('SharePoint resource units a minute that Microsoft allows this app, by the number of licences.')
@minValue(1)
param unitsPerMinute int = 1250

@description('all, or register: only the sites that the registers name, each granted by itself.')
@allowed(['all', 'register'])
param sites string = 'all'

@description('Standard_ZRS keeps three copies in a region with zones; take Standard_LRS where there are none.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_ZRS'

var groupName = empty(resourceGroupName) ? 'rg-custos-${environmentName}' : resourceGroupName

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: groupName
  location: location
  tags: { 'azd-env-name': environmentName }
}

module custos 'custos.bicep' = {
  name: 'custos'
  scope: group
  params: {
    environmentName: environmentName
    location: location
    sharePointUrl: sharePointUrl
    writesEnabled: writesEnabled
    webhooksEnabled: webhooksEnabled
    teamsAppId: teamsAppId
    mailbox: mailbox
    alertEmails: alertEmails
    pageClientId: pageClientId
    signInClientId: signInClientId
    privateNetwork: privateNetwork
    auditRetentionDays: auditRetentionDays
    timezone: timezone
    unitsPerMinute: unitsPerMinute
    sites: sites
    storageSku: storageSku
  }
}

output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output CUSTOS_APP_NAME string = custos.outputs.appName
output CUSTOS_PUBLIC_URL string = custos.outputs.publicUrl
output CUSTOS_STORAGE_ACCOUNT string = custos.outputs.storageAccount
output CUSTOS_OBSERVER_CLIENT_ID string = custos.outputs.observerClientId
output CUSTOS_ACTOR_CLIENT_ID string = custos.outputs.actorClientId
output CUSTOS_BOT_APP_ID string = custos.outputs.botClientId
output CUSTOS_OBSERVER_PRINCIPAL_ID string = custos.outputs.observerPrincipalId
output CUSTOS_ACTOR_PRINCIPAL_ID string = custos.outputs.actorPrincipalId
output CUSTOS_PAGE_PRINCIPAL_ID string = custos.outputs.pagePrincipalId
