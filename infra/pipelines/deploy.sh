#!/usr/bin/env bash
# deploy.sh GROUP APP PACKAGE [PREVIOUS]: deploys a package, looks whether the app works, and puts the previous one back when it does not.
#
# Flex Consumption has no slots. A deployment can be called successful and leave the app without any function
# (https://github.com/Azure/azure-functions-host/issues/11915), so the functions are counted and the app is asked.
# Whoever runs this is signed in to `az` and has the role Website Contributor on the app, nothing more.
set -euo pipefail

if [ $# -lt 3 ] || [ $# -gt 4 ]; then
  echo "usage: deploy.sh GROUP APP PACKAGE [PREVIOUS]" >&2
  exit 2
fi
group=$1 app=$2 package=$3 previous=${4:-}
pause=${PAUSE_SECONDS:-20}
tries=${TRIES:-15}

# Whether the package is what its checksum says, whatever either is called by now: one sentence when it is not.
whole() {
  local said
  if [ ! -f "$1" ]; then
    echo "There is no package $1." >&2
  elif [ ! -f "$1.sha256" ]; then
    echo "There is no $1.sha256 beside the package: keep the file that make package wrote, under the package's name." >&2
  else
    said=$(cut -d ' ' -f 1 "$1.sha256" | head -n 1)
    [[ $said =~ ^[0-9a-fA-F]{64}$ ]] || {
      echo "$1.sha256 holds no checksum: make package writes it." >&2
      return 1
    }
    [ "$(sha256sum <"$1" | cut -d ' ' -f 1)" = "${said,,}" ] || {
      echo "$1 is not what its checksum says: it was changed or cut short on its way." >&2
      return 1
    }
    return 0
  fi
  return 1
}

put() {
  az functionapp deployment source config-zip --resource-group "$group" --name "$app" --src "$1" \
    --build-remote false --only-show-errors --output none
}

# Every function is there, and the app answers. 503 with sentences is an answer: an incident that stands is not the package's doing.
works() {
  local wanted found answer try
  wanted=$(python3 -c 'import sys, zipfile; print(len(zipfile.ZipFile(sys.argv[1]).read("functions.txt").split()))' "$1")
  for try in $(seq "$tries"); do
    found=$(az functionapp function list --resource-group "$group" --name "$app" --query "length(@)" --output tsv) || found=0
    answer=$(curl --silent --max-time 60 "https://$host/api/health") || answer=
    if [ "$found" = "$wanted" ] && [[ $answer == *'"troubles"'* ]]; then
      echo "$found functions. Health: $answer"
      return 0
    fi
    echo "Try $try of $tries: $found of $wanted functions; health answers: ${answer:-nothing}"
    sleep "$pause"
  done
  return 1
}

whole "$package" || {
  echo "Nothing was deployed." >&2
  exit 1
}
host=$(az functionapp show --resource-group "$group" --name "$app" --query "properties.defaultHostName || defaultHostName" --output tsv)

if put "$package" && works "$package"; then
  echo "Deployed $(basename "$package")."
  exit 0
fi
if [ -z "$previous" ] || ! whole "$previous"; then
  echo "The app does not work, and there is no earlier package to put back." >&2
  exit 1
fi
echo "The app does not work: putting the previous package back." >&2
if put "$previous" && works "$previous"; then
  echo "The previous package is back. The new one is not in use." >&2
else
  echo "The previous package does not work either: look at the app." >&2
fi
exit 1
