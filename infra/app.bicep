// The function app on Flex Consumption, with every setting that the code reads.
// Sources: https://learn.microsoft.com/azure/azure-functions/flex-consumption-how-to,
// https://learn.microsoft.com/azure/azure-functions/functions-reference#configure-an-identity-based-connection

param location string
param token string
param tags object

param observerId string
param observerClientId string
param actorId string
param actorClientId string
param botId string
param botClientId string

param storageAccount string
param deploymentContainer string
param insightsConnectionString string

@description('Subnet through which the app goes out; empty: none.')
param subnetId string

param sharePointUrl string
param writesEnabled bool
param webhooksEnabled bool
param teamsAppId string
param mailbox string
param signInClientId string
param timezone string
param unitsPerMinute int
param sites string
param unitsShare string

@description('Client id of the app registration of the page; empty: nobody signs in at the app.')
param pageClientId string

@allowed([512, 2048, 4096])
param instanceMemory int
param maximumInstances int

@description('Instances that always wait for Microsoft at the HTTP endpoints. With one, notifications were lost while it was renewed.')
param alwaysReady int

// UTC, with seconds. Flex Consumption knows no other zone.
var schedules = {
  CUSTOS_SCHEDULE_DISCOVERY: '0 0 */6 * * *'
  CUSTOS_SCHEDULE_SYNC: '0 30 */6 * * *'
  CUSTOS_SCHEDULE_RECONCILE: '0 0 1 * * *'
  CUSTOS_SCHEDULE_EVALUATION: '0 0 5 * * *'
  CUSTOS_SCHEDULE_KPIS: '0 0 6 * * *'
  CUSTOS_SCHEDULE_DIGESTS: '0 15 9 * * 1-5'
  CUSTOS_SCHEDULE_SUBSCRIPTIONS: '0 10 * * * *'
  CUSTOS_SCHEDULE_SWEEP: '0 */5 * * * *'
}

// What Microsoft's services call and what guards itself: a token of the bot service, a function key, nothing to guard.
var openPaths = ['/api/messages', '/api/graph/notifications', '/api/health']

var pageSettings = empty(pageClientId) ? {} : {
  OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: page!.properties.clientId
  WEBSITE_AUTH_AAD_ALLOWED_TENANTS: tenant().tenantId
}
var loginUrl = 'https://login.microsoftonline.com'
var publicUrl = 'https://${site.properties.defaultHostName}'

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-custos-${token}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource site 'Microsoft.Web/sites@2024-11-01' = {
  name: 'func-custos-${token}'
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    // The app cannot even sign in as the actor until somebody lets it write.
    userAssignedIdentities: union(
      { '${observerId}': {}, '${botId}': {} },
      writesEnabled ? { '${actorId}': {} } : {},
      empty(pageClientId) ? {} : { '${page.id}': {} }
    )
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainer
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: observerId
          }
        }
      }
      runtime: { name: 'python', version: '3.13' }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemory
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReady > 0 ? [{ name: 'http', instanceCount: alwaysReady }] : []
        // Python answers one request at a time on an instance unless this says otherwise.
        triggers: { http: { perInstanceConcurrency: 8 } }
      }
    }
  }
}

// Nobody publishes with a user name and a password.
resource noScmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: site
  name: 'scm'
  properties: { allow: false }
}

resource noFtpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: site
  name: 'ftp'
  properties: { allow: false }
}

// The whole set: what is not written here is taken away. AzureWebJobsStorage itself must be absent, even an empty one would win;
// CUSTOS_CLOCK and the two endpoints of SharePoint belong to a simulated tenant; CUSTOS_POLICIES lie beside the code;
// CUSTOS_SIGN_IN_FOLDER is of a terminal.
resource settings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: site
  name: 'appsettings'
  properties: union(
    schedules,
    {
      AzureWebJobsStorage__accountName: storageAccount
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: observerClientId
      APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${observerClientId};Authorization=AAD'
      CUSTOS_TENANT_ID: tenant().tenantId
      CUSTOS_SHAREPOINT_URL: sharePointUrl
      CUSTOS_OBSERVER_CLIENT_ID: observerClientId
      CUSTOS_ACTOR_CLIENT_ID: writesEnabled ? actorClientId : ''
      CUSTOS_BOT_APP_ID: botClientId
      CUSTOS_TEAMS_APP_ID: teamsAppId
      CUSTOS_MAILBOX: mailbox
      CUSTOS_PUBLIC_URL: webhooksEnabled ? publicUrl : ''
      // Only the branch that counts is evaluated: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-logical#if
      CUSTOS_WEBHOOK_KEY: webhooksEnabled ? listKeys('${site.id}/host/default', '2024-11-01').functionKeys.default : ''
      CUSTOS_SITES: sites
      CUSTOS_UNITS_PER_MINUTE: string(unitsPerMinute)
      CUSTOS_UNITS_SHARE: unitsShare
      CUSTOS_EVALUATION_SECONDS_APART: '10'
      CUSTOS_LEASE_SECONDS: '90'
      CUSTOS_SIGN_IN_CLIENT_ID: signInClientId
      CUSTOS_PAGE_CLIENT_ID: pageClientId
      CUSTOS_TIMEZONE: timezone
      CUSTOS_LOGIN_URL: loginUrl
      CUSTOS_GRAPH_URL: 'https://graph.microsoft.com/v1.0'
      CUSTOS_BOT_SERVICE_URL: 'https://smba.trafficmanager.net/teams'
      CUSTOS_BOT_OPENID_URL: 'https://login.botframework.com/v1/.well-known/openidconfiguration'
    },
    pageSettings
  )
}

// The page's sign-in has no secret either: this identity vouches for the app registration, which trusts it by a federated
// credential. Source: https://learn.microsoft.com/azure/app-service/configure-authentication-provider-aad
resource page 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = if (!empty(pageClientId)) {
  name: 'id-custos-page-${token}'
  location: location
  tags: tags
}

// Everything asks for a sign-in except what Microsoft's services call. A second deployment without the page switches it off again.
resource signIn 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: site
  name: 'authsettingsV2'
  dependsOn: [settings]
  properties: empty(pageClientId) ? { platform: { enabled: false } } : {
    platform: { enabled: true }
    globalValidation: {
      requireAuthentication: true
      unauthenticatedClientAction: 'RedirectToLoginPage'
      redirectToProvider: 'azureactivedirectory'
      excludedPaths: openPaths
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: pageClientId
          clientSecretSettingName: 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'
          openIdIssuer: '${loginUrl}/${tenant().tenantId}/v2.0'
        }
        validation: { allowedAudiences: [pageClientId] }
      }
    }
    login: { tokenStore: { enabled: false } }
  }
}

output id string = site.id
output name string = site.name
output publicUrl string = publicUrl
output pagePrincipalId string = empty(pageClientId) ? '' : page!.properties.principalId
