#!/usr/bin/env bash
# look.sh before|after: looks before and after a deployment whether it is the right place and whether all of it is there. Changes nothing.
#
# azd calls it (azure.yaml); without azd call it yourself, with the same variables. Whoever runs it is signed in to `az`. What cannot be told
# is said and stops nobody; what would go wrong is one sentence and ends with 1.
#
#   before  AZURE_SUBSCRIPTION_ID (where to deploy), CUSTOS_SHAREPOINT_URL; on a second time AZURE_RESOURCE_GROUP, CUSTOS_STORAGE_ACCOUNT,
#           CUSTOS_AUDIT_RETENTION_DAYS
#   after   AZURE_RESOURCE_GROUP, CUSTOS_APP_NAME, CUSTOS_STORAGE_ACCOUNT
set -euo pipefail

case "${1:-}" in
  before | after) ;;
  *)
    echo "usage: look.sh before|after" >&2
    exit 2
    ;;
esac
wrong=0

bad() {
  echo "$1" >&2
  wrong=1
}

# Every provider whose resources the templates make.
providers="Microsoft.App Microsoft.AlertsManagement Microsoft.BotService Microsoft.Insights Microsoft.ManagedIdentity Microsoft.OperationalInsights Microsoft.Storage Microsoft.Web"
# Every kind of resource that is always made, and how many of it.
resources="Microsoft.BotService/botServices:1 Microsoft.Insights/actionGroups:1 Microsoft.Insights/components:1 Microsoft.Insights/metricAlerts:1
  Microsoft.Insights/scheduledQueryRules:3 Microsoft.Insights/webtests:1 Microsoft.Insights/workbooks:1 Microsoft.ManagedIdentity/userAssignedIdentities:3
  Microsoft.OperationalInsights/workspaces:1 Microsoft.Storage/storageAccounts:1 Microsoft.Web/serverfarms:1 Microsoft.Web/sites:1"

before() {
  local here name tenant realm me held missing state
  here=$(az account show --query id --output tsv 2>/dev/null) || {
    echo "Nobody is signed in to az (az login): nothing was looked at."
    return
  }
  name=$(az account show --query name --output tsv)
  if [ -n "${AZURE_SUBSCRIPTION_ID:-}" ] && [ "$AZURE_SUBSCRIPTION_ID" != "$here" ]; then
    bad "The deployment goes into subscription $AZURE_SUBSCRIPTION_ID, and az is signed in to $here ($name): az account set --subscription $AZURE_SUBSCRIPTION_ID, or azd env set AZURE_SUBSCRIPTION_ID $here."
    return
  fi
  tenant=$(az account show --query tenantId --output tsv)
  case "${CUSTOS_SHAREPOINT_URL:-}" in
    '') bad "CUSTOS_SHAREPOINT_URL is not set: azd env set CUSTOS_SHAREPOINT_URL https://NAME.sharepoint.com." ;;
    https://*)
      # SharePoint tells whoever is not signed in of which directory it is.
      realm=$(curl --silent --max-time 20 --dump-header - --output /dev/null --header "Authorization: Bearer" "${CUSTOS_SHAREPOINT_URL%/}/_vti_bin/client.svc/" |
        tr -d '\r' | sed -n 's/^[Ww][Ww][Ww]-[Aa]uthenticate:.*realm="\([0-9a-fA-F-]*\)".*/\1/p') || realm=
      if [ -z "$realm" ]; then
        echo "Of which directory $CUSTOS_SHAREPOINT_URL is cannot be told."
      elif [ "${realm,,}" != "${tenant,,}" ]; then
        bad "$CUSTOS_SHAREPOINT_URL belongs to directory $realm, and subscription $name to $tenant: identities of one cannot read the other. Take a subscription of the same directory."
      fi
      ;;
    *) bad "CUSTOS_SHAREPOINT_URL is $CUSTOS_SHAREPOINT_URL: write it as https://NAME.sharepoint.com." ;;
  esac
  me=$(az ad signed-in-user show --query id --output tsv 2>/dev/null) || me=
  held=$([ -z "$me" ] || az role assignment list --assignee "$me" --scope "/subscriptions/$here" --include-inherited --include-groups \
    --query "[].roleDefinitionName" --output tsv 2>/dev/null) || held=
  if [ -z "$me" ]; then
    echo "Which rights whoever is signed in holds cannot be told."
  elif ! grep --quiet --line-regexp Owner <<<"$held" &&
    ! { grep --quiet --line-regexp Contributor <<<"$held" && grep --quiet --line-regexp -e "Role Based Access Control Administrator" -e "User Access Administrator" <<<"$held"; }; then
    if [ -n "${AZURE_RESOURCE_GROUP:-}" ] || [ -n "$held" ]; then
      echo "On subscription $name you hold: ${held//$'\n'/, }. Deploying takes Owner, or Contributor and Role Based Access Control Administrator, there or on the resource group."
    else
      bad "You hold no role on subscription $name: deploying takes Owner, or Contributor and Role Based Access Control Administrator, there or on the resource group (infra/custos.bicep)."
    fi
  fi
  if state=$(az provider list --query "[?registrationState=='Registered'].namespace" --output tsv 2>/dev/null); then
    missing=
    for one in $providers; do
      grep --quiet --line-regexp --ignore-case "$one" <<<"$state" || missing="$missing $one"
    done
    [ -z "$missing" ] || bad "Not registered in subscription $name:$missing. For each: az provider register --wait --namespace NAME."
  else
    echo "Which providers are registered cannot be told."
  fi
  if [ -n "${AZURE_RESOURCE_GROUP:-}" ] && [ -n "${CUSTOS_STORAGE_ACCOUNT:-}" ] && [ "${CUSTOS_AUDIT_RETENTION_DAYS:-2555}" != 0 ]; then
    state=$(az storage container immutability-policy show --resource-group "$AZURE_RESOURCE_GROUP" --account-name "$CUSTOS_STORAGE_ACCOUNT" \
      --container-name audit --query state --output tsv 2>/dev/null) || state=
    [ "$state" != Locked ] || bad "The audit's container is locked, and a deployment would try to change its policy: azd env set CUSTOS_AUDIT_RETENTION_DAYS 0."
  fi
  [ "$wrong" = 1 ] || echo "Signed in to $name. Nothing is in the way."
}

after() {
  local there type wanted found missing keys
  [ -n "${AZURE_RESOURCE_GROUP:-}" ] || {
    bad "AZURE_RESOURCE_GROUP is not set: the deployment did not come to its end. Run it again: what is there stays."
    return
  }
  az account show --query id --output tsv >/dev/null 2>&1 || {
    echo "Nobody is signed in to az (az login): nothing was looked at."
    return
  }
  there=$(az resource list --resource-group "$AZURE_RESOURCE_GROUP" --query "[].type" --output tsv) || {
    bad "Resource group $AZURE_RESOURCE_GROUP cannot be read: is az signed in to its subscription?"
    return
  }
  missing=
  for type in $resources; do
    wanted=${type##*:} type=${type%:*}
    found=$(grep --count --line-regexp --ignore-case "$type" <<<"$there") || found=0
    [ "$found" -ge "$wanted" ] || missing="$missing $type ($found of $wanted)"
  done
  [ -z "$missing" ] || bad "Half of the deployment is there. Missing in $AZURE_RESOURCE_GROUP:$missing. Run it again: what is there stays."
  if [ -n "${CUSTOS_STORAGE_ACCOUNT:-}" ]; then
    keys=$(az storage account show --name "$CUSTOS_STORAGE_ACCOUNT" --resource-group "$AZURE_RESOURCE_GROUP" --query allowSharedKeyAccess --output tsv) || keys=
    [ "$keys" = false ] || bad "Storage account $CUSTOS_STORAGE_ACCOUNT opens to keys (allowSharedKeyAccess is ${keys:-unknown}): run the deployment again."
  fi
  if [ -n "${CUSTOS_APP_NAME:-}" ]; then
    found=$(az functionapp config appsettings list --resource-group "$AZURE_RESOURCE_GROUP" --name "$CUSTOS_APP_NAME" --query "[].name" --output tsv) || found=
    missing=
    for one in AzureWebJobsStorage__accountName CUSTOS_TENANT_ID CUSTOS_SHAREPOINT_URL CUSTOS_OBSERVER_CLIENT_ID CUSTOS_SCHEDULE_SWEEP; do
      grep --quiet --line-regexp "$one" <<<"$found" || missing="$missing $one"
    done
    [ -z "$missing" ] || bad "App $CUSTOS_APP_NAME lacks settings:$missing. Run the deployment again."
    ! grep --quiet --line-regexp AzureWebJobsStorage <<<"$found" ||
      bad "App $CUSTOS_APP_NAME has the setting AzureWebJobsStorage, which wins over its identity: delete it."
  fi
  [ "$wrong" = 1 ] || echo "All of it is there."
}

# azd signs in by itself, and needs no az.
if ! command -v az >/dev/null; then
  echo "az is not installed: nothing was looked at."
  exit 0
fi
"$1"
exit "$wrong"
