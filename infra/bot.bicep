// The bot's registration and its way into Teams. It signs in as its own identity, so it has no secret.
// Source: https://learn.microsoft.com/azure/templates/microsoft.botservice/botservices

param token string
param tags object
param publicUrl string
param botId string
param botClientId string

resource bot 'Microsoft.BotService/botServices@2022-09-15' = {
  name: 'bot-custos-${token}'
  location: 'global'
  tags: tags
  kind: 'azurebot'
  sku: { name: 'F0' }
  properties: {
    displayName: 'Custos'
    endpoint: '${publicUrl}/api/messages'
    msaAppType: 'UserAssignedMSI'
    msaAppId: botClientId
    msaAppMSIResourceId: botId
    msaAppTenantId: tenant().tenantId
    disableLocalAuth: true
  }
}

resource teams 'Microsoft.BotService/botServices/channels@2022-09-15' = {
  parent: bot
  name: 'MsTeamsChannel'
  location: 'global'
  properties: {
    channelName: 'MsTeamsChannel'
    properties: { isEnabled: true }
  }
}
