//! The larger inputs of the calls.

use anyhow::Result;
pub use aws_sdk_cleanrooms::types::PrivacyBudgetTemplateParametersInput as Budget;
use aws_sdk_cleanrooms::types::{
    AccessBudgetType, AccessBudgetsPrivacyTemplateParametersInput, AnalysisRuleCustom,
    AnalysisRuleList, AthenaTableReference, BudgetParameter, ChangeInput, ChangeSpecification,
    ChangeSpecificationType, ConfiguredTableAnalysisRulePolicy,
    ConfiguredTableAnalysisRulePolicyV1, ConfiguredTableAssociationAnalysisRuleCustom,
    ConfiguredTableAssociationAnalysisRuleList, ConfiguredTableAssociationAnalysisRulePolicy,
    ConfiguredTableAssociationAnalysisRulePolicyV1, DifferentialPrivacyTemplateParametersInput,
    GlueTableReference, IdMappingTableInputReferenceConfig,
    IdNamespaceAssociationInputReferenceConfig, IntermediateTableAnalysisRuleCustom,
    IntermediateTableAnalysisRulePolicy, IntermediateTableAnalysisRulePolicyV1, MemberAbility,
    MemberChangeSpecification, MemberSpecification, MembershipPaymentConfiguration,
    MembershipProtectedJobOutputConfiguration, MembershipProtectedJobResultConfiguration,
    MembershipProtectedQueryOutputConfiguration, MembershipProtectedQueryResultConfiguration,
    MembershipQueryComputePaymentConfig, MlPaymentConfig, ModelInferencePaymentConfig,
    ModelTrainingPaymentConfig, PaymentConfiguration, PopulationAnalysisConfiguration,
    PopulationAnalysisSqlParameters, ProtectedJobS3OutputConfigurationInput,
    ProtectedQueryS3OutputConfiguration, QueryComputePaymentConfig, ResultFormat, TableReference,
    UpdateMembershipPaymentConfiguration,
};

use super::tables::{TABLE, Tables};

/// A member that is invited at the creation.
pub fn member(
    account: &str,
    name: &str,
    abilities: &[MemberAbility],
) -> Result<MemberSpecification> {
    let member = MemberSpecification::builder().account_id(account).display_name(name);
    Ok(member.set_member_abilities(Some(abilities.to_vec())).build()?)
}

/// A change of a member to these abilities.
pub struct Change {
    /// Whose.
    pub account: String,
    /// Its name, where one is given.
    pub name: Option<&'static str>,
    /// All abilities that it is to have.
    pub abilities: Vec<MemberAbility>,
    /// What it is to pay, where that is said.
    pub payers: Option<PaymentConfiguration>,
}

impl Change {
    /// One that says nothing but the abilities.
    pub fn of(account: &str, abilities: &[MemberAbility]) -> Self {
        let (account, abilities) = (account.to_owned(), abilities.to_vec());
        Self { account, name: None, abilities, payers: None }
    }

    /// The same with a name.
    pub fn named(account: &str, name: &'static str, abilities: &[MemberAbility]) -> Self {
        Self { name: Some(name), ..Self::of(account, abilities) }
    }

    /// As the SDK takes it.
    pub fn input(&self) -> Result<ChangeInput> {
        let member = MemberChangeSpecification::builder()
            .account_id(&self.account)
            .set_display_name(self.name.map(str::to_owned))
            .set_member_abilities(Some(self.abilities.clone()))
            .set_payment_configuration(self.payers.clone())
            .build()?;
        Ok(ChangeInput::builder()
            .specification_type(ChangeSpecificationType::Member)
            .specification(ChangeSpecification::Member(member))
            .build()?)
    }
}

/// Which cost of machine learning a change is about.
#[derive(Clone, Copy, Debug)]
pub enum Learning {
    /// Training of models.
    Training,
    /// Inference.
    Inference,
}

/// Payment of queries, and of one cost of machine learning.
pub fn payers(learning: Learning) -> Result<PaymentConfiguration> {
    let queries = QueryComputePaymentConfig::builder().is_responsible(true).build()?;
    let costs = MlPaymentConfig::builder();
    let costs = match learning {
        Learning::Training => costs
            .model_training(ModelTrainingPaymentConfig::builder().is_responsible(true).build()?),
        Learning::Inference => costs
            .model_inference(ModelInferencePaymentConfig::builder().is_responsible(true).build()?),
    };
    Ok(PaymentConfiguration::builder()
        .query_compute(queries)
        .machine_learning(costs.build())
        .build())
}

/// Whether a membership pays for queries.
pub fn pays_for_queries(is_responsible: bool) -> Result<MembershipPaymentConfiguration> {
    let queries = MembershipQueryComputePaymentConfig::builder();
    let queries = queries.is_responsible(is_responsible).build()?;
    Ok(MembershipPaymentConfiguration::builder().query_compute(queries).build())
}

/// The same in an update.
pub fn pays_for_queries_from_now_on(
    is_responsible: bool,
) -> Result<UpdateMembershipPaymentConfiguration> {
    let queries = MembershipQueryComputePaymentConfig::builder();
    let queries = queries.is_responsible(is_responsible).build()?;
    Ok(UpdateMembershipPaymentConfiguration::builder().query_compute(queries).build())
}

/// Results of queries, with prefix and single file or with neither.
pub fn results(bucket: &str, whole: bool) -> Result<MembershipProtectedQueryResultConfiguration> {
    let output = ProtectedQueryS3OutputConfiguration::builder()
        .result_format(ResultFormat::Csv)
        .bucket(bucket)
        .set_key_prefix(whole.then(|| "p".to_owned()))
        .set_single_file_output(whole.then_some(true))
        .build()?;
    let output = MembershipProtectedQueryOutputConfiguration::S3(output);
    Ok(MembershipProtectedQueryResultConfiguration::builder().output_configuration(output).build())
}

/// Results of jobs, without a format.
pub fn job_results(bucket: &str, role: &str) -> Result<MembershipProtectedJobResultConfiguration> {
    let output = ProtectedJobS3OutputConfigurationInput::builder().bucket(bucket).build()?;
    let output = MembershipProtectedJobOutputConfiguration::S3(output);
    let results = MembershipProtectedJobResultConfiguration::builder();
    Ok(results.output_configuration(output).role_arn(role).build()?)
}

/// The table of AWS Glue, without its Region.
pub fn glue(tables: &Tables) -> Result<TableReference> {
    let glue = GlueTableReference::builder();
    let glue = glue.database_name(&tables.database).table_name(TABLE).build()?;
    Ok(TableReference::Glue(glue))
}

/// The same table as Athena reads it.
pub fn athena(tables: &Tables) -> Result<TableReference> {
    let athena = AthenaTableReference::builder().work_group("primary");
    let athena = athena.database_name(&tables.database).table_name(TABLE).build()?;
    Ok(TableReference::Athena(athena))
}

/// A rule of a configured table that lists rows.
pub fn list_rule(join: &str, list: &str) -> Result<ConfiguredTableAnalysisRulePolicy> {
    let rule = AnalysisRuleList::builder().join_columns(join).list_columns(list).build()?;
    Ok(ConfiguredTableAnalysisRulePolicy::V1(ConfiguredTableAnalysisRulePolicyV1::List(rule)))
}

/// A rule of a configured table for queries of these accounts.
pub fn custom_rule(
    analyses: &[&str],
    provider: &str,
    receiver: Option<&str>,
) -> Result<ConfiguredTableAnalysisRulePolicy> {
    let rule = AnalysisRuleCustom::builder()
        .set_allowed_analyses(Some(analyses.iter().map(|one| (*one).to_owned()).collect()))
        .allowed_analysis_providers(provider)
        .set_allowed_result_receivers(receiver.map(|receiver| vec![receiver.to_owned()]))
        .build()?;
    Ok(ConfiguredTableAnalysisRulePolicy::V1(ConfiguredTableAnalysisRulePolicyV1::Custom(rule)))
}

/// A CUSTOM rule of an association.
pub fn custom_association_rule(receiver: &str) -> ConfiguredTableAssociationAnalysisRulePolicy {
    let rule = ConfiguredTableAssociationAnalysisRuleCustom::builder();
    let rule = rule.allowed_result_receivers(receiver).build();
    ConfiguredTableAssociationAnalysisRulePolicy::V1(
        ConfiguredTableAssociationAnalysisRulePolicyV1::Custom(rule),
    )
}

/// A LIST rule of an association.
pub fn list_association_rule(
    receiver: Option<&str>,
) -> ConfiguredTableAssociationAnalysisRulePolicy {
    let rule = ConfiguredTableAssociationAnalysisRuleList::builder();
    let receivers = receiver.map(|receiver| vec![receiver.to_owned()]);
    ConfiguredTableAssociationAnalysisRulePolicy::V1(
        ConfiguredTableAssociationAnalysisRulePolicyV1::List(
            rule.set_allowed_result_receivers(receivers).build(),
        ),
    )
}

/// An access budget for each month, which says nothing of being refreshed.
pub fn access_budget(resource: &str) -> Result<Budget> {
    let monthly = BudgetParameter::builder().r#type(AccessBudgetType::CalendarMonth).budget(10);
    let budget = AccessBudgetsPrivacyTemplateParametersInput::builder();
    let budget = budget.budget_parameters(monthly.build()?).resource_arn(resource).build()?;
    Ok(Budget::AccessBudget(budget))
}

/// A budget of differential privacy.
pub fn differential_privacy() -> Result<Budget> {
    let budget = DifferentialPrivacyTemplateParametersInput::builder();
    let budget = budget.epsilon(3).users_noise_per_query(20).build()?;
    Ok(Budget::DifferentialPrivacy(budget))
}

/// What an intermediate table is to be made of.
pub fn population(query: &str) -> PopulationAnalysisConfiguration {
    let sql = PopulationAnalysisSqlParameters::builder().query_string(query).build();
    PopulationAnalysisConfiguration::SqlParameters(sql)
}

/// A rule of an intermediate table for queries of this account.
pub fn intermediate_rule(provider: &str) -> IntermediateTableAnalysisRulePolicy {
    let rule = IntermediateTableAnalysisRuleCustom::builder();
    let rule = rule.allowed_analyses("ANY_QUERY").allowed_analysis_providers(provider).build();
    IntermediateTableAnalysisRulePolicy::V1(IntermediateTableAnalysisRulePolicyV1::Custom(rule))
}

/// An id namespace, whose policy is left as it is.
pub fn namespace(arn: &str) -> Result<IdNamespaceAssociationInputReferenceConfig> {
    let namespace = IdNamespaceAssociationInputReferenceConfig::builder();
    Ok(namespace.input_reference_arn(arn).manage_resource_policies(false).build()?)
}

/// An id mapping workflow, whose policy is left as it is.
pub fn mapping_workflow(arn: &str) -> Result<IdMappingTableInputReferenceConfig> {
    let workflow = IdMappingTableInputReferenceConfig::builder();
    Ok(workflow.input_reference_arn(arn).manage_resource_policies(false).build()?)
}
