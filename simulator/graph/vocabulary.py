"""The names that each kind of resource has: what `$select` and `$expand` may name. Any other name is refused.

Source: https://graph.microsoft.com/v1.0/$metadata
"""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SITE = _names(
    """
    analytics columns contentTypes createdBy createdByUser createdDateTime description displayName drive drives
    error eTag externalColumns id isPersonalSite items lastModifiedBy lastModifiedByUser lastModifiedDateTime
    lists name onenote operations pages parentReference permissions root sharepointIds siteCollection sites
    termStore termStores webUrl
    """
)

DRIVE = _names(
    """
    bundles createdBy createdByUser createdDateTime description driveType eTag following id items lastModifiedBy
    lastModifiedByUser lastModifiedDateTime list name owner parentReference quota root sharePointIds special
    system webUrl
    """
)

DRIVE_ITEM = _names(
    """
    analytics audio bundle children content createdBy createdByUser createdDateTime cTag deleted description eTag
    file fileSystemInfo folder id image lastModifiedBy lastModifiedByUser lastModifiedDateTime listItem location
    malware name package parentReference pendingOperations permissions photo publication remoteItem retentionLabel
    root searchResult shared sharepointIds size specialFolder subscriptions thumbnails versions video webDavUrl
    webUrl workbook
    """
)

LIST = _names(
    """
    columns contentTypes createdBy createdByUser createdDateTime description displayName drive eTag id items
    lastModifiedBy lastModifiedByUser lastModifiedDateTime list name operations parentReference permissions
    sharepointIds subscriptions system webUrl
    """
)

LIST_ITEM = _names(
    """
    analytics contentType createdBy createdByUser createdDateTime deleted description documentSetVersions
    driveItem eTag fields id lastModifiedBy lastModifiedByUser lastModifiedDateTime name parentReference
    permissions sharepointIds versions webUrl
    """
)

COLUMN = _names(
    """
    boolean calculated choice columnGroup contentApprovalStatus currency dateTime defaultValue description
    displayName enforceUniqueValues geolocation hidden hyperlinkOrPicture id indexed isDeletable isReorderable
    isSealed lookup name number personOrGroup propagateChanges readOnly required sourceColumn sourceContentType
    term text thumbnail type validation
    """
)

PERMISSION = _names(
    """
    expirationDateTime grantedTo grantedToIdentities grantedToIdentitiesV2 grantedToV2 hasPassword id
    inheritedFrom invitation link roles shareId
    """
)

USER = _names(
    """
    aboutMe accountEnabled activities adhocCalls ageGroup agreementAcceptances appRoleAssignments assignedLicenses
    assignedPlans authentication authorizationInfo birthday businessPhones calendar calendarGroups calendars
    calendarView chats city cloudClipboard cloudPCs companyName consentProvidedForMinor contactFolders contacts
    country createdDateTime createdObjects creationType customSecurityAttributes dataSecurityAndGovernance
    deletedDateTime department deviceEnrollmentLimit deviceManagementTroubleshootingEvents directReports
    displayName drive drives employeeExperience employeeHireDate employeeId employeeLeaveDateTime employeeOrgData
    employeeType events extensions externalUserState externalUserStateChangeDateTime faxNumber followedSites
    givenName hireDate id identities identityParentId imAddresses inferenceClassification insights interests
    isManagementRestricted isResourceAccount jobTitle joinedTeams lastPasswordChangeDateTime
    legalAgeGroupClassification licenseAssignmentStates licenseDetails mail mailboxSettings mailFolders
    mailNickname managedAppRegistrations managedDevices manager memberOf messages mobilePhone mySite
    oauth2PermissionGrants officeLocation onenote onlineMeetings onPremisesDistinguishedName onPremisesDomainName
    onPremisesExtensionAttributes onPremisesImmutableId onPremisesLastSyncDateTime onPremisesProvisioningErrors
    onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncBehavior onPremisesSyncEnabled
    onPremisesUserPrincipalName otherMails outlook ownedDevices ownedObjects passwordPolicies passwordProfile
    pastProjects people permissionGrants photo photos planner postalCode preferredDataLocation preferredLanguage
    preferredName presence print provisionedPlans proxyAddresses registeredDevices responsibilities schools
    scopedRoleMemberOf securityIdentifier serviceProvisioningErrors settings showInAddressList signInActivity
    signInSessionsValidFromDateTime skills solutions sponsorOf sponsors state streetAddress surname teamwork todo
    transitiveMemberOf usageLocation userPrincipalName userType
    """
)

SUBSCRIBED_SKUS = _names(
    """
    accountId accountName appliesTo capabilityStatus consumedUnits id prepaidUnits servicePlans skuId skuPartNumber
    subscriptionIds
    """
)

MAILBOX_SETTINGS = _names(
    """
    archiveFolder automaticRepliesSetting dateFormat delegateMeetingMessageDeliveryOptions language timeFormat timeZone
    userPurpose workingHours
    """
)

AUTOMATIC_REPLIES = _names(
    """
    externalAudience externalReplyMessage internalReplyMessage scheduledEndDateTime scheduledStartDateTime status
    """
)

GROUP = _names(
    """
    acceptedSenders accessType allowExternalSenders appRoleAssignments assignedLabels assignedLicenses
    autoSubscribeNewMembers calendar calendarView classification conversations createdDateTime createdOnBehalfOf
    deletedDateTime description displayName drive drives events expirationDateTime extensions
    groupLifecyclePolicies groupTypes hasMembersWithLicenseErrors hideFromAddressLists hideFromOutlookClients id
    infoCatalogs isArchived isAssignableToRole isFavorite isManagementRestricted isSubscribedByMail
    licenseProcessingState mail mailEnabled mailNickname memberOf members membershipRule
    membershipRuleProcessingState membersWithLicenseErrors onenote onPremisesDomainName
    onPremisesExtensionAttributes onPremisesLastSyncDateTime onPremisesNetBiosName onPremisesProvisioningErrors
    onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncBehavior onPremisesSyncEnabled
    organizationId owners permissionGrants photo photos planner preferredDataLocation preferredLanguage
    proxyAddresses rejectedSenders renewedDateTime resourceBehaviorOptions resourceProvisioningOptions
    securityEnabled securityIdentifier serviceProvisioningErrors settings sites team theme threads
    transitiveMemberOf transitiveMembers uniqueName unseenConversationsCount unseenCount unseenMessagesCount
    visibility welcomeMessageEnabled
    """
)

TEAM = _names(
    """
    allChannels channels classification createdDateTime description displayName firstChannelName funSettings group
    guestSettings id incomingChannels installedApps internalId isArchived members memberSettings messagingSettings
    operations permissionGrants photo primaryChannel schedule specialization summary tags template tenantId
    visibility webUrl
    """
)

CHANNEL = _names(
    """
    allMembers createdDateTime description displayName email enabledApps filesFolder id isArchived
    isFavoriteByDefault layoutType members membershipType messages migrationMode originalCreatedDateTime
    sharedWithTeams summary tabs tenantId webUrl
    """
)

VERSION = _names(
    """
    content id lastModifiedBy lastModifiedDateTime publication size
    """
)

GROUP_SETTING = _names(
    """
    displayName id templateId values
    """
)

SHARED_ITEM = _names(
    """
    createdBy createdByUser createdDateTime description driveItem eTag id items lastModifiedBy lastModifiedByUser
    lastModifiedDateTime list listItem name owner parentReference permission root site webUrl
    """
)

MEMBER = _names(
    """
    displayName email id roles tenantId userId visibleHistoryStartDateTime
    """
)

AUDIT_QUERY = _names(
    """
    administrativeUnitIdFilters displayName filterEndDateTime filterStartDateTime id ipAddressFilters
    keywordFilter objectIdFilters operationFilters records recordTypeFilters serviceFilters status
    userPrincipalNameFilters
    """
)

AUDIT_RECORD = _names(
    """
    administrativeUnits auditData auditLogRecordType clientIp createdDateTime id objectId operation organizationId
    service userId userPrincipalName userType
    """
)

DIRECTORY_OBJECT = USER | GROUP
"""A member or owner, who may be of either kind."""
