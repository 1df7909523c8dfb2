// The one storage account: the host's files, the app's package, queues, state and the inventory. No keys, nothing public.

param location string
param token string
param tags object
param sku string
param privateNetwork bool
param auditRetentionDays int

@description('Principal id of the identity that the app runs as.')
param observerPrincipalId string

var containers = [
  'approvals'
  'cases'
  'deployment'
  'finding-snapshots'
  'inventory'
  'labels'
  'plans'
  'policies'
  'reporting'
  'sync'
]
var queues = ['act', 'evaluate', 'notify', 'retry-timer', 'sync-drive']
var tables = [
  'actionreports'
  'actions'
  'approvals'
  'attestations'
  'audit'
  'cases'
  'ceilingusage'
  'contacts'
  'control'
  'digests'
  'drivestate'
  'findingsnapshots'
  'incidents'
  'kpis'
  'lending'
  'loosened'
  'pendingchanges'
  'refusals'
  'refusedrequests'
  'remarks'
  'runs'
  'shortfalls'
  'subscriptions'
  'throttle'
  'timers'
  'vacancies'
]

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: 'stcustos${token}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateNetwork ? 'Deny' : 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    containerDeleteRetentionPolicy: { enabled: true, days: 14 }
    deleteRetentionPolicy: { enabled: true, days: 14 }
  }
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = [
  for name in containers: {
    parent: blobs
    name: name
    properties: { publicAccess: 'None' }
  }
]

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' = [
  for name in queues: {
    parent: queueService
    name: name
  }
]

resource poison 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' = [
  for name in queues: {
    parent: queueService
    name: '${name}-poison'
  }
]

resource table 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-01-01' = [
  for name in tables: {
    parent: tableService
    name: name
  }
]

// Checkpoints can be written and neither changed nor deleted. Unlocked: whoever may manage the account can still take it away.
// Locking it is a step by hand, for it cannot be undone (docs/install.md).
resource audit 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: blobs
  name: 'audit'
  properties: { publicAccess: 'None' }
}

resource auditPolicy 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2025-01-01' = if (auditRetentionDays > 0) {
  parent: audit
  name: 'default'
  properties: {
    immutabilityPeriodSinceCreationInDays: auditRetentionDays
    allowProtectedAppendWrites: false
  }
}

// The host owns its locks and the package; everything else of the app's is read and written as the same identity.
var roles = [
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b' // Storage Blob Data Owner
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88' // Storage Queue Data Contributor
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3' // Storage Table Data Contributor
]

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in roles: {
    scope: account
    name: guid(account.id, observerPrincipalId, role)
    properties: {
      principalId: observerPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

output id string = account.id
output name string = account.name
output deploymentContainer string = '${account.properties.primaryEndpoints.blob}deployment'
