#!/usr/bin/env bash
# comment.sh FILE: puts a file into the pull request that this Azure DevOps build is for.
# Source: https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads/create
set -euo pipefail

if [ $# -ne 1 ]; then
  echo "usage: comment.sh FILE" >&2
  exit 2
fi
address="${SYSTEM_COLLECTIONURI}${SYSTEM_TEAMPROJECTID}/_apis/git/repositories/${BUILD_REPOSITORY_ID}/pullRequests/${SYSTEM_PULLREQUEST_PULLREQUESTID}/threads?api-version=7.1"
python3 -c 'import json, sys; print(json.dumps({"comments": [{"parentCommentId": 0, "content": open(sys.argv[1]).read(), "commentType": 1}], "status": 1}))' "$1" |
  curl --silent --show-error --fail --request POST "$address" \
    --header "Authorization: Bearer $SYSTEM_ACCESSTOKEN" --header "Content-Type: application/json" --data @- --output /dev/null
