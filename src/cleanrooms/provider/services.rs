//! The names of services in `endpoints` of hashicorp/aws, besides those that mean something here.

/// Every name that hashicorp/aws takes or took, by its guide on custom service endpoints and its
/// table of service names, aliases and withdrawn services included; in order, separated by blanks.
pub(super) const OTHERS: &str = "\
    accessanalyzer account accountaccess acm acmpca agentregistry alexaforbusiness amg amp amplify \
    amplifybackend amplifyuibuilder apigateway apigatewaymanagementapi apigatewayv2 appautoscaling \
    appconfig appconfigdata appfabric appflow appintegrations appintegrationsservice \
    applicationautoscaling applicationcostprofiler applicationdiscovery \
    applicationdiscoveryservice applicationinsights applicationsignals appmesh appregistry \
    apprunner appstream appsync arcregionswitch arczonalshift athena auditmanager \
    augmentedairuntime autoscaling autoscalingplans backup backupgateway batch bcmdataexports \
    beanstalk bedrock bedrockagent bedrockagentcore bedrockruntime billing billingconductor braket \
    budgets ce chatbot chime chimesdkidentity chimesdkmediapipelines chimesdkmeetings \
    chimesdkmessaging chimesdkvoice cloud9 cloudcontrol cloudcontrolapi clouddirectory \
    cloudformation cloudfront cloudfrontkeyvaluestore cloudhsm cloudhsmv2 cloudsearch \
    cloudsearchdomain cloudtrail cloudwatch cloudwatchevents cloudwatchevidently cloudwatchlog \
    cloudwatchlogs cloudwatchobservabilityaccessmanager cloudwatchomni cloudwatchrum codeartifact \
    codebuild codecatalyst codecommit codeconnections codedeploy codeguruprofiler codegurureviewer \
    codepipeline codestar codestarconnections codestarnotifications cognitoidentity \
    cognitoidentityprovider cognitoidp cognitosync comprehend comprehendmedical computeoptimizer \
    config configservice connect connectcases connectcontactlens connectparticipant \
    connectwisdomservice controltower costandusagereportservice costexplorer costoptimizationhub \
    cur customerprofiles databasemigration databasemigrationservice databrew dataexchange \
    datapipeline datasync datazone dax deploy detective devicefarm devopsagent devopsguru \
    directconnect directoryservice directoryservicedata discovery dlm dms docdb docdbelastic drs \
    ds dsql dynamodb dynamodbstreams ebs ec2 ec2instanceconnect ecr ecrpublic ecs efs eks \
    elasticache elasticbeanstalk elasticinference elasticloadbalancing elasticloadbalancingv2 \
    elasticsearch elasticsearchservice elastictranscoder elb elbv2 emr emrcontainers emrserverless \
    es eventbridge eventbridgev2 events evidently evs finspace finspacedata firehose fis fms \
    forecast forecastquery forecastqueryservice forecastservice frauddetector fsx gamelift glacier \
    globalaccelerator glue gluedatabrew grafana greengrass greengrassv2 groundstation guardduty \
    health healthlake honeycode iam identitystore imagebuilder inspector inspector2 inspectorv2 \
    interconnect internetmonitor invoicing iot iot1clickdevices iot1clickdevicesservice \
    iot1clickprojects iotanalytics iotdata iotdataplane iotdeviceadvisor iotevents ioteventsdata \
    iotfleethub iotjobsdata iotjobsdataplane iotsecuretunneling iotsitewise iotthingsgraph \
    iottwinmaker iotwireless ivs ivschat kafka kafkaconnect kendra keyspaces kinesis \
    kinesis_analytics kinesisanalytics kinesisanalyticsv2 kinesisvideo kinesisvideoarchivedmedia \
    kinesisvideomedia kinesisvideosignaling kinesisvideosignalingchannels kms lakeformation lambda \
    lambdacore lambdamicrovms launchwizard lex lexmodelbuilding lexmodelbuildingservice lexmodels \
    lexmodelsv2 lexruntime lexruntimeservice lexruntimev2 lexv2models lexv2runtime licensemanager \
    lightsail location locationservice logs lookoutequipment lookoutforvision lookoutmetrics \
    lookoutvision m2 machinelearning macie macie2 mailmanager managedblockchain managedgrafana \
    marketplacecatalog marketplacecommerceanalytics marketplaceentitlement \
    marketplaceentitlementservice marketplacemetering mediaconnect mediaconvert medialive \
    mediapackage mediapackagev2 mediapackagevod mediastore mediastoredata mediatailor memorydb \
    meteringmarketplace mgh mgn migrationhub migrationhubconfig migrationhubrefactorspaces \
    migrationhubstrategy migrationhubstrategyrecommendations mobile mpa mq msk mturk mwaa \
    mwaaserverless neptune neptunegraph networkfirewall networkflowmonitor networkmanager \
    networkmonitor networksecuritymanager nimble nimblestudio notifications notificationscontacts \
    oam observabilityadmin odb opensearch opensearchingestion opensearchserverless \
    opensearchservice opsworks opsworkscm organizations osis outposts panorama paymentcryptography \
    pcaconnectorad pcs personalize personalizeevents personalizeruntime pi pinpoint pinpointemail \
    pinpointsmsvoice pinpointsmsvoicev2 pipes polly pricing prometheus prometheusservice proton \
    qbusiness qldb qldbsession quicksight r53 ram rbin rds rdsdata rdsdataservice recyclebin \
    redshift redshiftdata redshiftdataapiservice redshiftserverless rekognition resiliencehub \
    resiliencehubv2 resourceexplorer2 resourcegroups resourcegroupstagging \
    resourcegroupstaggingapi robomaker rolesanywhere route53 route53domains route53profiles \
    route53recoverycluster route53recoverycontrolconfig route53recoveryreadiness route53resolver \
    rum s3 s3api s3control s3files s3outposts s3tables s3vectors sagemaker sagemakera2iruntime \
    sagemakeredge sagemakeredgemanager sagemakerfeaturestoreruntime sagemakerruntime savingsplans \
    scheduler schemas sdb secretsmanager securityhub securitylake serverlessapplicationrepository \
    serverlessapprepo serverlessrepo servicecatalog servicecatalogappregistry servicediscovery \
    servicequotas ses sesv2 sfn shield signer simpledb sms snowball snowdevicemanagement sns sqs \
    ssm ssmcontacts ssmincidents ssmquicksetup ssmsap ssoadmin stepfunctions storagegateway \
    support swf synthetics taxsettings textract timestreaminfluxdb timestreamquery timestreamwrite \
    transcribe transcribeservice transcribestreaming transcribestreamingservice transfer translate \
    uxc verifiedpermissions voiceid vpclattice waf wafregional wafv2 wellarchitected wisdom \
    workdocs worklink workmail workmailmessageflow workspaces workspacesweb xray";
