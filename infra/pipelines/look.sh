#!/usr/bin/env bash
# look.sh before|after: looks before and after a deployment whether it is the right place and whether all of it is there. Changes nothing.
#
# azd calls it (azure.yaml); without azd call it yourself, with the same variables. Whoever runs it is signed in to `az`. What cannot be told
# is said and stops nobody; what would go wrong is one sentence and ends with 1.
#
#   before  AZURE_SUBSCRIPTION_ID (where to deploy), CUSTOS_SHAREPOINT_URL; AZURE_RESOURCE_GROUP for a deployment into a group that exists;
#           on a second time CUSTOS_STORAGE_ACCOUNT and CUSTOS_AUDIT_RETENTION_DAYS too
#   after   AZURE_RESOURCE_GROUP; CUSTOS_STORAGE_ACCOUNT where the group holds two installations
#   both    CUSTOS_PRIVATE_NETWORK, CUSTOS_PAGE_CLIENT_ID, as they were given to the deployment
set -euo pipefail

case "${1:-}" in
  before | after) ;;
  *)
    echo "usage: look.sh before|after" >&2
    exit 2
    ;;
esac
wrong=0 untold=0

bad() {
  echo "$1" >&2
  wrong=1
}

untold() {
  echo "$1"
  untold=1
}

# end SENTENCE: how it ends when nothing is wrong.
end() {
  [ "$wrong" = 1 ] || if [ "$untold" = 1 ]; then echo "$1 But for what could not be told."; else echo "$1"; fi
}

# Every provider whose resources the templates make.
providers="Microsoft.App Microsoft.AlertsManagement Microsoft.BotService Microsoft.Insights Microsoft.ManagedIdentity Microsoft.OperationalInsights Microsoft.Storage Microsoft.Web"
# Every resource that is made: when, its kind, its name. TOKEN is what tells one installation from another; the workbook's name is an id: it is told by its tag.
resources="always Microsoft.BotService/botServices bot-custos-TOKEN
always Microsoft.Insights/actionGroups ag-custos-TOKEN
always Microsoft.Insights/components appi-custos-TOKEN
always Microsoft.Insights/metricAlerts unwell-custos-TOKEN
always Microsoft.Insights/scheduledQueryRules poison-custos-TOKEN
always Microsoft.Insights/scheduledQueryRules failing-custos-TOKEN
always Microsoft.Insights/scheduledQueryRules silent-custos-TOKEN
always Microsoft.Insights/webtests health-custos-TOKEN
always Microsoft.Insights/workbooks *
always Microsoft.ManagedIdentity/userAssignedIdentities id-custos-observer-TOKEN
always Microsoft.ManagedIdentity/userAssignedIdentities id-custos-actor-TOKEN
always Microsoft.ManagedIdentity/userAssignedIdentities id-custos-bot-TOKEN
page Microsoft.ManagedIdentity/userAssignedIdentities id-custos-page-TOKEN
always Microsoft.OperationalInsights/workspaces log-custos-TOKEN
always Microsoft.Storage/storageAccounts stcustosTOKEN
always Microsoft.Web/serverfarms plan-custos-TOKEN
always Microsoft.Web/sites func-custos-TOKEN
network Microsoft.Network/virtualNetworks vnet-custos-TOKEN
network Microsoft.Network/privateDnsZones privatelink.blob.*
network Microsoft.Network/privateDnsZones privatelink.queue.*
network Microsoft.Network/privateDnsZones privatelink.table.*
network Microsoft.Network/privateEndpoints pe-custos-blob-TOKEN
network Microsoft.Network/privateEndpoints pe-custos-queue-TOKEN
network Microsoft.Network/privateEndpoints pe-custos-table-TOKEN"

# The root of SharePoint that one of its addresses belongs to.
root_of() {
  local host=${1#https://} name
  host=${host%%[/?#]*} host=${host##*@}
  name=${host%%.*} name=${name%-admin}
  echo "https://${name%-my}.${host#*.}"
}

# Whether roles, a line each, let somebody deploy.
enough() {
  grep --quiet --line-regexp Owner <<<"$1" ||
    { grep --quiet --line-regexp Contributor <<<"$1" && grep --quiet --line-regexp -e "Role Based Access Control Administrator" -e "User Access Administrator" <<<"$1"; }
}

# rights HERE NAME: what whoever is signed in may do, on the subscription and on the resource group; roles above a scope hold in it.
# Source: https://learn.microsoft.com/cli/azure/role/assignment#az-role-assignment-list
rights() {
  local here=$1 name=$2 me held above group roles takes
  takes="Deploying takes Owner, or Contributor and Role Based Access Control Administrator"
  me=$(az ad signed-in-user show --query id --output tsv 2>/dev/null) || me=
  [ -n "$me" ] || {
    untold "Which rights whoever is signed in holds cannot be told."
    return
  }
  held=$(az role assignment list --all --assignee "$me" --include-groups --query "[].[roleDefinitionName,scope]" --output tsv 2>/dev/null) || {
    untold "Which roles you hold cannot be told: they could not be listed. $takes."
    return
  }
  above=$(awk -F '\t' -v sub_="/subscriptions/$here" '$2 == "/" || tolower($2) == tolower(sub_) || tolower($2) ~ /^\/providers\/microsoft.management\// { print $1 }' <<<"$held")
  if enough "$above"; then
    return
  fi
  for group in ${AZURE_RESOURCE_GROUP:-$(sed -n 's#.*\t/subscriptions/[^/]*/resource[Gg]roups/\([^/]*\)$#\1#p' <<<"$held" | sort -u)}; do
    roles=$(awk -F '\t' -v group="/subscriptions/$here/resourceGroups/$group" 'tolower($2) == tolower(group) { print $1 }' <<<"$held")
    if enough "$above"$'\n'"$roles"; then
      echo "You may deploy into resource group $group, and not at the subscription: az deployment group create --resource-group $group (infra/custos.bicep)."
      return
    fi
  done
  roles=$(cut -f 1 <<<"$held" | sort -u | sed '/^$/d')
  if [ -z "$roles" ]; then
    bad "You hold no role on subscription $name: deploying takes Owner, or Contributor and Role Based Access Control Administrator, there or on the resource group (infra/custos.bicep)."
  elif grep --quiet --invert-match --line-regexp -e Owner -e Contributor -e Reader -e "Role Based Access Control Administrator" -e "User Access Administrator" <<<"$roles"; then
    untold "Whether ${roles//$'\n'/, } let you deploy into subscription $name cannot be told. $takes, there or on the resource group."
  else
    bad "Of subscription $name and its groups you hold ${roles//$'\n'/, }, which is not enough. $takes, on one of them, in one place (infra/custos.bicep)."
  fi
}

before() {
  local here name tenant realm root missing state
  here=$(az account show --query id --output tsv 2>/dev/null) || {
    echo "Nobody is signed in to az (az login): nothing was looked at."
    return
  }
  name=$(az account show --query name --output tsv)
  if [ -n "${AZURE_SUBSCRIPTION_ID:-}" ] && [ "${AZURE_SUBSCRIPTION_ID,,}" != "${here,,}" ]; then
    bad "The deployment goes into subscription $AZURE_SUBSCRIPTION_ID, and az is signed in to $here ($name): az account set --subscription $AZURE_SUBSCRIPTION_ID, or azd env set AZURE_SUBSCRIPTION_ID $here."
    return
  fi
  tenant=$(az account show --query tenantId --output tsv)
  case "${CUSTOS_SHAREPOINT_URL:-}" in
    '') bad "CUSTOS_SHAREPOINT_URL is not set: azd env set CUSTOS_SHAREPOINT_URL https://NAME.sharepoint.com." ;;
    https://?*.?*)
      root=$(root_of "$CUSTOS_SHAREPOINT_URL")
      [ "${CUSTOS_SHAREPOINT_URL%/}" = "$root" ] || bad "CUSTOS_SHAREPOINT_URL is $CUSTOS_SHAREPOINT_URL: write the root of SharePoint, $root."
      # SharePoint tells whoever is not signed in of which directory it is.
      realm=$(curl --silent --max-time 20 --dump-header - --output /dev/null --header "Authorization: Bearer" "$root/_vti_bin/client.svc/" |
        tr -d '\r' | sed -n 's/^[Ww][Ww][Ww]-[Aa]uthenticate:.*realm="\([0-9a-fA-F-]*\)".*/\1/p') || realm=
      if [ -z "$realm" ]; then
        untold "Of which directory $CUSTOS_SHAREPOINT_URL is cannot be told."
      elif [ "${realm,,}" != "${tenant,,}" ]; then
        bad "$CUSTOS_SHAREPOINT_URL belongs to directory $realm, and subscription $name to $tenant: identities of one cannot read the other. Take a subscription of the same directory."
      fi
      ;;
    *) bad "CUSTOS_SHAREPOINT_URL is $CUSTOS_SHAREPOINT_URL: write it as https://NAME.sharepoint.com." ;;
  esac
  rights "$here" "$name"
  if state=$(az provider list --query "[?registrationState=='Registered'].namespace" --output tsv 2>/dev/null); then
    missing=
    for one in $providers $([ "${CUSTOS_PRIVATE_NETWORK:-false}" != true ] || echo Microsoft.Network); do
      grep --quiet --line-regexp --ignore-case "$one" <<<"$state" || missing="$missing $one"
    done
    [ -z "$missing" ] || bad "Not registered in subscription $name:$missing. For each: az provider register --wait --namespace NAME."
  else
    untold "Which providers are registered cannot be told."
  fi
  if [ -n "${AZURE_RESOURCE_GROUP:-}" ] && [ -n "${CUSTOS_STORAGE_ACCOUNT:-}" ] && [ "${CUSTOS_AUDIT_RETENTION_DAYS:-2555}" != 0 ]; then
    state=$(az storage container immutability-policy show --resource-group "$AZURE_RESOURCE_GROUP" --account-name "$CUSTOS_STORAGE_ACCOUNT" \
      --container-name audit --query state --output tsv 2>/dev/null) || untold "Whether the audit's container is locked cannot be told."
    [ "$state" != Locked ] || bad "The audit's container is locked, and a deployment would try to change its policy: azd env set CUSTOS_AUDIT_RETENTION_DAYS 0."
  fi
  end "Signed in to $name. Nothing is in the way."
}

# token LISTED: what tells this installation from others in its group, by its storage account.
token() {
  local accounts
  if [ -n "${CUSTOS_STORAGE_ACCOUNT:-}" ]; then
    echo "${CUSTOS_STORAGE_ACCOUNT#stcustos}"
    return
  fi
  accounts=$(awk -F '\t' 'tolower($1) == "microsoft.storage/storageaccounts" && $2 ~ /^stcustos/ { print substr($2, 9) }' <<<"$1")
  [ -z "$accounts" ] || [[ $accounts == *$'\n'* ]] || echo "$accounts"
}

after() {
  local there token tag when kind name wanted found missing keys storage app of called marked
  [ -n "${AZURE_RESOURCE_GROUP:-}" ] || {
    bad "AZURE_RESOURCE_GROUP is not set: the deployment did not come to its end. Run it again: what is there stays."
    return
  }
  az account show --query id --output tsv >/dev/null 2>&1 || {
    echo "Nobody is signed in to az (az login): nothing was looked at."
    return
  }
  there=$(az resource list --resource-group "$AZURE_RESOURCE_GROUP" --query '[].[type,name,tags."azd-env-name"]' --output tsv) || {
    bad "Resource group $AZURE_RESOURCE_GROUP cannot be read: is az signed in to its subscription?"
    return
  }
  token=$(token "$there")
  [ -n "$token" ] || {
    bad "Which storage account of resource group $AZURE_RESOURCE_GROUP is that of Custos cannot be told. When it holds one stcustos…, set CUSTOS_STORAGE_ACCOUNT to it; when it holds none, the deployment did not come to its end: run it again, what is there stays."
    return
  }
  tag=$(awk -F '\t' -v token="$token" 'index($2, token) { print $3; exit }' <<<"$there")
  missing=
  while read -r when kind name; do
    case "$when" in
      page) [ -n "${CUSTOS_PAGE_CLIENT_ID:-}" ] || continue ;;
      network) [ "${CUSTOS_PRIVATE_NETWORK:-false}" = true ] || continue ;;
    esac
    wanted=${name//TOKEN/$token}
    found=
    while IFS=$'\t' read -r of called marked; do
      # shellcheck disable=SC2053 # a name may end with a star
      if [[ ${of,,} == "${kind,,}" && ${called,,} == ${wanted,,} && ($wanted != '*' || $marked == "$tag") ]]; then
        found=1
      fi
    done <<<"$there"
    [ -n "$found" ] || missing="$missing, $kind $wanted"
  done <<<"$resources"
  [ -z "$missing" ] || bad "Half of the deployment is there. Missing in $AZURE_RESOURCE_GROUP: ${missing#, }. Run it again: what is there stays."
  storage=stcustos$token app=func-custos-$token
  if [[ $missing != *" $storage"* ]]; then
    if keys=$(az storage account show --name "$storage" --resource-group "$AZURE_RESOURCE_GROUP" --query allowSharedKeyAccess --output tsv 2>/dev/null); then
      [ "$keys" = false ] || bad "Storage account $storage opens to keys (allowSharedKeyAccess is ${keys:-not set}): run the deployment again."
    else
      untold "Whether storage account $storage opens to keys cannot be told."
    fi
  fi
  if [[ $missing != *" $app"* ]]; then
    if found=$(az functionapp config appsettings list --resource-group "$AZURE_RESOURCE_GROUP" --name "$app" --query "[].name" --output tsv 2>/dev/null); then
      missing=
      for one in AzureWebJobsStorage__accountName CUSTOS_TENANT_ID CUSTOS_SHAREPOINT_URL CUSTOS_OBSERVER_CLIENT_ID CUSTOS_SCHEDULE_SWEEP; do
        grep --quiet --line-regexp "$one" <<<"$found" || missing="$missing $one"
      done
      [ -z "$missing" ] || bad "App $app lacks settings:$missing. Run the deployment again."
      ! grep --quiet --line-regexp AzureWebJobsStorage <<<"$found" ||
        bad "App $app has the setting AzureWebJobsStorage, which wins over its identity: delete it."
    else
      untold "Which settings app $app has cannot be told."
    fi
  fi
  end "All of it is there."
}

# azd signs in by itself, and needs no az.
if ! command -v az >/dev/null; then
  echo "az is not installed: nothing was looked at."
  exit 0
fi
"$1"
exit "$wrong"
