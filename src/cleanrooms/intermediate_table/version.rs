//! What a table is made of, and what the population that it holds is bound to.

use aws_sdk_cleanrooms::types::{
    AdditionalAnalyses, BaseTableDependencyType, BaseTableParentType,
    IntermediateTableActiveVersion as Version, IntermediateTableDependency as Dependency,
    IntermediateTableInheritedConstraints as Constraints, PopulateIntermediateTableAnalysisType,
};

use crate::cleanrooms::shapes::time::time;
use crate::cleanrooms::view::{rows_of, shown};
use crate::framework::codec::{Codec, set_of, string, text_enum};
use crate::framework::row::field;

/// The tables that a table is made of.
pub fn dependencies() -> Codec<Vec<()>, Vec<Dependency>> {
    rows_of([
        field("id", string())
            .computed()
            .doc("Its id.")
            .read(|it: &Dependency| Some(it.id.clone()))
            .into(),
        field("name", string())
            .computed()
            .doc("Its name.")
            .read(|it: &Dependency| Some(it.name.clone()))
            .into(),
        field("type", text_enum::<BaseTableDependencyType>())
            .computed()
            .doc("Its kind.")
            .read(|it: &Dependency| Some(it.r#type.clone()))
            .into(),
        field("parent_type", text_enum::<BaseTableParentType>())
            .computed()
            .doc("Whether the query reads it itself, or another intermediate table does.")
            .read(|it: &Dependency| Some(it.parent_type.clone()))
            .into(),
        field("creator_account_id", string())
            .computed()
            .doc("The account that owns it.")
            .read(|it: &Dependency| Some(it.creator_account_id.clone()))
            .into(),
    ])
    .set()
    .plain()
}

/// The population whose data a table holds. The values that it was run with may be secrets, and are not
/// shown.
pub fn active() -> Codec<(), Version> {
    shown([
        field("version_id", string())
            .computed()
            .doc("Its id.")
            .read(|it: &Version| Some(it.version_id.clone()))
            .into(),
        field("analysis_id", string())
            .computed()
            .doc("The id of the query that has run.")
            .read(|it: &Version| Some(it.analysis_id.clone()))
            .into(),
        field("analysis_type", text_enum::<PopulateIntermediateTableAnalysisType>())
            .computed()
            .doc("`QUERY` or `JOB`.")
            .read(|it: &Version| Some(it.analysis_type.clone()))
            .into(),
        field("kms_key_arn", string())
            .computed()
            .doc("The key with which its data is encrypted.")
            .read(|it: &Version| it.kms_key_arn.clone())
            .into(),
        field("expiration_time", time())
            .computed()
            .doc("When its data goes.")
            .read(|it: &Version| it.expiration_time)
            .into(),
        field("inherited_constraints", constraints())
            .computed()
            .doc("What the rules of the base tables demand.")
            .read(|it: &Version| it.inherited_constraints.clone())
            .into(),
    ])
    .plain()
}

fn constraints() -> Codec<(), Constraints> {
    shown([
        field("additional_analyses", text_enum::<AdditionalAnalyses>())
            .computed()
            .doc("The strictest of the base tables.")
            .read(|it: &Constraints| Some(it.additional_analyses.as_ref()?.value.clone()))
            .into(),
        field("allowed_additional_analyses", set_of(string()))
            .computed()
            .doc("Those that all base tables allow.")
            .read(|it: &Constraints| Some(it.allowed_additional_analyses.as_ref()?.value.clone()))
            .into(),
        field("allowed_result_receivers", set_of(string()))
            .computed()
            .doc("Those that all base tables allow.")
            .read(|it: &Constraints| Some(it.allowed_result_receivers.as_ref()?.value.clone()))
            .into(),
        field("disallowed_output_columns", set_of(string()))
            .computed()
            .doc("Those that any base table disallows.")
            .read(|it: &Constraints| Some(it.disallowed_output_columns.as_ref()?.value.clone()))
            .into(),
    ])
}
