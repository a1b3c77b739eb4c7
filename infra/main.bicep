// Everything the Functions app needs: storage, Service Bus, secrets, the app, and one identity with its roles.
//
// The identity is a resource of its own, so that its roles are there before the app starts: a Key Vault reference that is
// refused at the start is not asked for again for hours.

@description('Short name that every resource name begins with: letters and digits.')
@minLength(3)
@maxLength(7)
param name string

param location string = resourceGroup().location

@description('https://contoso.crm4.dynamics.com')
param dataverseUrl string

@description('Client id of the app registration that is the application user in Dynamics.')
param clientId string

@description('Application id of the app registration that browsers sign people in with: a public client with the redirect URI https://<app>/api/recordings.')
param phoneClientId string

@secure()
param clientSecret string

@description('Address of the voice cloud API.')
param voicecloudUrl string

param voicecloudUsername string

@secure()
param voicecloudSecretKey string

@description('The secret that the voice cloud sends with its webhooks.')
@secure()
param voicecloudWebhookToken string

@description('Origins that may call the app from a browser: where the web phone is served.')
param allowedOrigins array = []

@description('Instances that are always ready for the web phones: 0 lets the first one wait for a cold start.')
param phoneInstances int = 1

@description('Whether connection strings work. The commands of an administrator need them, the app does not.')
param allowConnectionStrings bool = true

var suffix = uniqueString(resourceGroup().id)
var storageName = toLower('${name}${suffix}')
var roles = {
  blobOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  queueContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  tableContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  busOwner: '090c5cfd-751d-490a-894a-3ce6f1109419'
  vaultReader: '4633458b-17de-408a-b874-0445c86b69e6'
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-identity-${suffix}'
  location: location
}

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: storageName
  location: location
  kind: 'StorageV2'
  sku: {
    name: 'Standard_ZRS'
  }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: allowConnectionStrings
    minimumTlsVersion: 'TLS1_2'
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: storage
  name: 'default'
}

resource package 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobs
  name: 'app-package'
}

resource bus 'Microsoft.ServiceBus/namespaces@2022-10-01-preview' = {
  name: '${name}-bus-${suffix}'
  location: location
  sku: {
    name: 'Standard'
    tier: 'Standard'
  }
  properties: {
    disableLocalAuth: !allowConnectionStrings
    minimumTlsVersion: '1.2'
  }
}

resource callbacksQueue 'Microsoft.ServiceBus/namespaces/queues@2022-10-01-preview' = {
  parent: bus
  name: 'callbacks'
  properties: {
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    defaultMessageTimeToLive: 'P14D'
    deadLetteringOnMessageExpiration: true
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'PT5M'
    requiresSession: false
  }
}

resource callsQueue 'Microsoft.ServiceBus/namespaces/queues@2022-10-01-preview' = {
  parent: bus
  name: 'calls'
  properties: {
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    defaultMessageTimeToLive: 'P14D'
    deadLetteringOnMessageExpiration: true
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'PT5M'
    requiresSession: false
  }
}

resource dataverseChangesQueue 'Microsoft.ServiceBus/namespaces/queues@2022-10-01-preview' = {
  parent: bus
  name: 'dataverse-changes'
  properties: {
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    defaultMessageTimeToLive: 'P14D'
    deadLetteringOnMessageExpiration: true
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'PT20S'
    requiresSession: false
  }
}

resource presenceQueue 'Microsoft.ServiceBus/namespaces/queues@2022-10-01-preview' = {
  parent: bus
  name: 'presence'
  properties: {
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    defaultMessageTimeToLive: 'P14D'
    deadLetteringOnMessageExpiration: true
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'PT5M'
    requiresSession: false
  }
}

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: '${name}-logs-${suffix}'
  location: location
  properties: {
    retentionInDays: 30
    sku: {
      name: 'PerGB2018'
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: '${name}-insights-${suffix}'
  location: location
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: logs.id
  }
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: '${name}-kv-${suffix}'
  location: location
  properties: {
    tenantId: subscription().tenantId
    enableRbacAuthorization: true
    sku: {
      family: 'A'
      name: 'standard'
    }
  }
}

resource clientSecretEntry 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = {
  parent: vault
  name: 'entra-client-secret'
  properties: {
    value: clientSecret
  }
}

resource voicecloudSecretEntry 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = {
  parent: vault
  name: 'voicecloud-secret-key'
  properties: {
    value: voicecloudSecretKey
  }
}

resource webhookTokenEntry 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = {
  parent: vault
  name: 'voicecloud-webhook-token'
  properties: {
    value: voicecloudWebhookToken
  }
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: '${name}-plan-${suffix}'
  location: location
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: '${name}-app-${suffix}'
  location: location
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identity.id
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${package.name}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: {
        name: 'python'
        version: '3.13'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: 40
        alwaysReady: [
          { name: 'http', instanceCount: phoneInstances }
        ]
        triggers: {
          http: {
            perInstanceConcurrency: 200
          }
        }
      }
    }
    siteConfig: {
      cors: {
        allowedOrigins: allowedOrigins
      }
      appSettings: [
        { name: 'AZURE_CLIENT_ID', value: identity.properties.clientId }
        { name: 'AzureWebJobsStorage__accountName', value: storage.name }
        { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
        { name: 'AzureWebJobsStorage__clientId', value: identity.properties.clientId }
        { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: insights.properties.ConnectionString }
        { name: 'STORAGE_CONNECTION__tableServiceUri', value: storage.properties.primaryEndpoints.table }
        { name: 'SERVICEBUS_CONNECTION__fullyQualifiedNamespace', value: '${bus.name}.servicebus.windows.net' }
        { name: 'SERVICEBUS_CONNECTION__credential', value: 'managedidentity' }
        { name: 'SERVICEBUS_CONNECTION__clientId', value: identity.properties.clientId }
        { name: 'APP_URL', value: 'https://${name}-app-${suffix}.azurewebsites.net' }
        { name: 'DATAVERSE_URL', value: dataverseUrl }
        { name: 'ENTRA_AUTHORITY', value: '${environment().authentication.loginEndpoint}${subscription().tenantId}' }
        { name: 'ENTRA_CLIENT_ID', value: clientId }
        { name: 'ENTRA_CLIENT_SECRET', value: '@Microsoft.KeyVault(SecretUri=${clientSecretEntry.properties.secretUri})' }
        { name: 'PHONE_CLIENT_ID', value: phoneClientId }
        { name: 'VOICECLOUD_URL', value: voicecloudUrl }
        { name: 'VOICECLOUD_USERNAME', value: voicecloudUsername }
        { name: 'VOICECLOUD_SECRET_KEY', value: '@Microsoft.KeyVault(SecretUri=${voicecloudSecretEntry.properties.secretUri})' }
        { name: 'VOICECLOUD_WEBHOOK_TOKEN', value: '@Microsoft.KeyVault(SecretUri=${webhookTokenEntry.properties.secretUri})' }
        { name: 'CALLBACK_POLL_SCHEDULE', value: '*/5 * * * * *' }
        { name: 'INDEX_SYNC_SCHEDULE', value: '*/30 * * * * *' }
        { name: 'CALL_SYNC_SCHEDULE', value: '0 */1 * * * *' }
        { name: 'PRESENCE_POLL_SCHEDULE', value: '*/30 * * * * *' }
        { name: 'CALL_REPAIR_SCHEDULE', value: '0 30 * * * *' }
      ]
    }
  }
  dependsOn: [
    blobRole
    queueRole
    tableRole
    busRole
    vaultRole
  ]
}

resource blobRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storage
  name: guid(storage.id, identity.id, roles.blobOwner)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.blobOwner)
  }
}

resource queueRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storage
  name: guid(storage.id, identity.id, roles.queueContributor)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.queueContributor)
  }
}

resource tableRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storage
  name: guid(storage.id, identity.id, roles.tableContributor)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.tableContributor)
  }
}

resource busRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: bus
  name: guid(bus.id, identity.id, roles.busOwner)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.busOwner)
  }
}

resource vaultRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, identity.id, roles.vaultReader)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.vaultReader)
  }
}

output appName string = app.name
output storageName string = storage.name
output busName string = bus.name
output appUrl string = 'https://${app.properties.defaultHostName}'
