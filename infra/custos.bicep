// Everything of one installation, in one resource group. Plain resources: no module comes from a registry.

@minLength(1)
@maxLength(40)
@description('Short name of this installation, such as prod.')
param environmentName string

param location string = resourceGroup().location

@description('Root of SharePoint, https://NAME.sharepoint.com.')
param sharePointUrl string

@description('Let Custos write: gives the app the actor identity.')
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

@description('Council time, for digests and working hours.')
param timezone string = 'Europe/London'

@description('SharePoint resource units a minute that Microsoft allows this app, by the number of licences.')
@minValue(1)
param unitsPerMinute int = 1250

@description('all, or register: only the sites that the registers name, each granted by itself.')
@allowed(['all', 'register'])
param sites string = 'all'

@description('Part of them that Custos may spend, 0.01 to 1.')
param unitsShare string = '0.5'

@description('Storage behind private endpoints in a network of its own.')
param privateNetwork bool = false

@description('256 addresses that are free in your network.')
param addressPrefix string = '10.87.0.0/24'

@description('Standard_ZRS keeps three copies in a region with zones; take Standard_LRS where there are none.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_ZRS'

@description('How many days nobody can change or delete a checkpoint of the audit. 0 leaves the policy as it is, for one that was locked by hand.')
@minValue(0)
@maxValue(146000)
param auditRetentionDays int = 2555

@description('Megabytes of an instance.')
@allowed([512, 2048, 4096])
param instanceMemory int = 2048

@description('Instances at most, of every function together.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 40

@description('Instances that always wait for Microsoft at the HTTP endpoints; 0 costs nothing and answers late.')
@minValue(0)
@maxValue(10)
param alwaysReady int = 2

var token = toLower(uniqueString(subscription().id, resourceGroup().id, environmentName))
var tags = { 'azd-env-name': environmentName }

module identities 'identities.bicep' = {
  name: 'identities'
  params: { location: location, token: token, tags: tags }
}

module storage 'storage.bicep' = {
  name: 'storage'
  params: {
    location: location
    token: token
    tags: tags
    sku: storageSku
    privateNetwork: privateNetwork
    auditRetentionDays: auditRetentionDays
    observerPrincipalId: identities.outputs.observerPrincipalId
  }
}

module network 'network.bicep' = if (privateNetwork) {
  name: 'network'
  params: {
    location: location
    token: token
    tags: tags
    storageId: storage.outputs.id
    addressPrefix: addressPrefix
  }
}

module telemetry 'telemetry.bicep' = {
  name: 'telemetry'
  params: {
    location: location
    token: token
    tags: tags
    observerPrincipalId: identities.outputs.observerPrincipalId
  }
}

module app 'app.bicep' = {
  name: 'app'
  params: {
    location: location
    token: token
    tags: tags
    observerId: identities.outputs.observerId
    observerClientId: identities.outputs.observerClientId
    actorId: identities.outputs.actorId
    actorClientId: identities.outputs.actorClientId
    botId: identities.outputs.botId
    botClientId: identities.outputs.botClientId
    storageAccount: storage.outputs.name
    deploymentContainer: storage.outputs.deploymentContainer
    insightsConnectionString: telemetry.outputs.connectionString
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    sharePointUrl: sharePointUrl
    writesEnabled: writesEnabled
    webhooksEnabled: webhooksEnabled
    teamsAppId: teamsAppId
    mailbox: mailbox
    signInClientId: signInClientId
    pageClientId: pageClientId
    timezone: timezone
    unitsPerMinute: unitsPerMinute
    sites: sites
    unitsShare: unitsShare
    instanceMemory: instanceMemory
    maximumInstances: maximumInstances
    alwaysReady: alwaysReady
  }
}

module bot 'bot.bicep' = {
  name: 'bot'
  params: {
    token: token
    tags: tags
    publicUrl: app.outputs.publicUrl
    botId: identities.outputs.botId
    botClientId: identities.outputs.botClientId
  }
}

module alerts 'alerts.bicep' = {
  name: 'alerts'
  params: {
    location: location
    token: token
    tags: tags
    workspaceId: telemetry.outputs.workspaceId
    insightsId: telemetry.outputs.insightsId
    publicUrl: app.outputs.publicUrl
    emails: empty(alertEmails) ? [] : split(alertEmails, ',')
  }
}

output appName string = app.outputs.name
output publicUrl string = app.outputs.publicUrl
output storageAccount string = storage.outputs.name
output observerClientId string = identities.outputs.observerClientId
output observerPrincipalId string = identities.outputs.observerPrincipalId
output actorClientId string = identities.outputs.actorClientId
output actorPrincipalId string = identities.outputs.actorPrincipalId
output botClientId string = identities.outputs.botClientId
output pagePrincipalId string = app.outputs.pagePrincipalId
