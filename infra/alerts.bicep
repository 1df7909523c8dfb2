// What wakes somebody up: the health check, messages that nobody could do, timers that no longer run.

param location string
param token string
param tags object
param workspaceId string
param insightsId string
param publicUrl string

@description('Whom the alerts reach; empty: they are only shown in the portal.')
param emails string[]

// https://learn.microsoft.com/previous-versions/azure/azure-monitor/app/monitor-web-app-availability#location-population-tags
var places = ['emea-gb-db3-azr', 'emea-nl-ams-azr', 'emea-fr-pra-edge']

var rules = [
  {
    name: 'poison'
    title: 'Custos: a message failed each time'
    said: 'Its work is not done. `custos status` names it. What to do: docs/runbooks/alert-poison.md'
    query: 'AppRequests | where Name startswith "poisoned_"'
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    every: 'PT15M'
    severity: 2
  }
  {
    name: 'failing'
    title: 'Custos: a function keeps failing'
    said: 'More than ten invocations failed within an hour. What to do: docs/runbooks/alert-failing.md'
    query: 'AppRequests | where Success == false and Name != "health"'
    operator: 'GreaterThan'
    threshold: 10
    window: 'PT1H'
    every: 'PT15M'
    severity: 2
  }
  {
    name: 'silent'
    title: 'Custos: no timer runs'
    said: 'The sweep runs every five minutes and has not run for an hour. What to do: docs/runbooks/alert-silent.md'
    query: 'AppRequests | where Name == "sweep"'
    operator: 'LessThan'
    threshold: 1
    window: 'PT1H'
    every: 'PT15M'
    severity: 1
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-custos-${token}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'custos'
    enabled: true
    emailReceivers: [
      for (email, index) in emails: {
        name: 'person${index}'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource health 'Microsoft.Insights/webtests@2022-06-15' = {
  name: 'health-custos-${token}'
  location: location
  tags: union(tags, { 'hidden-link:${insightsId}': 'Resource' })
  kind: 'standard'
  properties: {
    SyntheticMonitorId: 'health-custos-${token}'
    Name: 'Custos is well'
    Description: 'GET /api/health: storage, policies, age of the mirror, incidents.'
    Enabled: true
    Frequency: 900
    Timeout: 60
    Kind: 'standard'
    RetryEnabled: true
    Locations: [for place in places: { Id: place }]
    Request: {
      RequestUrl: '${publicUrl}/api/health'
      HttpVerb: 'GET'
      ParseDependentRequests: false
      FollowRedirects: false
    }
    ValidationRules: {
      ExpectedHttpStatusCode: 200
      SSLCheck: true
      SSLCertRemainingLifetimeCheck: 7
    }
  }
}

resource unwell 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'unwell-custos-${token}'
  location: 'global'
  tags: tags
  properties: {
    description: 'GET /api/health answers otherwise than 200: open it to read why. An incident stands, the mirror is old, or the policies are refused. What to do: docs/runbooks/alert-unwell.md'
    severity: 2
    enabled: true
    autoMitigate: true
    scopes: [health.id, insightsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT30M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: health.id
      componentId: insightsId
      failedLocationCount: 2
    }
    actions: [{ actionGroupId: people.id }]
  }
}

resource alert 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: '${rule.name}-custos-${token}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: rule.title
      description: rule.said
      severity: rule.severity
      enabled: true
      autoMitigate: true
      scopes: [workspaceId]
      evaluationFrequency: rule.every
      windowSize: rule.window
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: rule.operator
            threshold: rule.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
      // A workspace in which nothing was ever logged does not know the table yet.
      skipQueryValidation: true
    }
  }
]
