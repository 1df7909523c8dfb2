// Who Custos is. Three identities, so that a fault in reading or in the bot cannot write.

param location string
param token string
param tags object

resource observer 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-custos-observer-${token}'
  location: location
  tags: tags
}

resource actor 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-custos-actor-${token}'
  location: location
  tags: tags
}

resource bot 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-custos-bot-${token}'
  location: location
  tags: tags
}

output observerId string = observer.id
output observerClientId string = observer.properties.clientId
output observerPrincipalId string = observer.properties.principalId
output actorId string = actor.id
output actorClientId string = actor.properties.clientId
output actorPrincipalId string = actor.properties.principalId
output botId string = bot.id
output botClientId string = bot.properties.clientId
