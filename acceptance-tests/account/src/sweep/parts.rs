//! What is in a membership, and goes with it.

use super::{Sweep, Swept};
use aws_sdk_cleanrooms::types::IntermediateTableAnalysisRuleType;

/// Lists what is in a membership, and deletes each.
macro_rules! parts {
    ($sweep:ident, $swept:ident, $membership:ident, $noun:literal,
        $list:ident, $delete:ident, $identifier:ident $(, before $before:ident)?) => {
        let listed = $sweep.client.$list().membership_identifier($membership);
        let listed = listed.into_paginator().items().send();
        match listed.collect::<Result<Vec<_>, _>>().await {
            Ok(listed) => {
                for part in listed {
                    $( $sweep.$before($swept, $membership, &part.id).await; )?
                    let delete = $sweep.client.$delete().membership_identifier($membership);
                    let deleted = delete.$identifier(&part.id).send().await;
                    $sweep.note($swept, format!(concat!($noun, " {}"), part.id), deleted);
                }
            }
            // A membership that is over may show nothing of what was in it.
            Err(_) => {}
        }
    };
}

impl Sweep<'_> {
    /// Deletes everything in a membership, in the order in which one hangs on the other.
    pub(super) async fn parts(&self, swept: &mut Swept, membership: &str) {
        parts!(
            self,
            swept,
            membership,
            "privacy budget template",
            list_privacy_budget_templates,
            delete_privacy_budget_template,
            privacy_budget_template_identifier
        );
        parts!(
            self,
            swept,
            membership,
            "analysis template",
            list_analysis_templates,
            delete_analysis_template,
            analysis_template_identifier
        );
        parts!(
            self, swept, membership, "intermediate table",
            list_intermediate_tables, delete_intermediate_table, intermediate_table_identifier,
            before rules_of_intermediate_table
        );
        parts!(
            self,
            swept,
            membership,
            "id mapping table",
            list_id_mapping_tables,
            delete_id_mapping_table,
            id_mapping_table_identifier
        );
        parts!(
            self,
            swept,
            membership,
            "id namespace association",
            list_id_namespace_associations,
            delete_id_namespace_association,
            id_namespace_association_identifier
        );
        parts!(
            self,
            swept,
            membership,
            "audience model association",
            list_configured_audience_model_associations,
            delete_configured_audience_model_association,
            configured_audience_model_association_identifier
        );
        parts!(
            self, swept, membership, "configured table association",
            list_configured_table_associations, delete_configured_table_association,
            configured_table_association_identifier,
            before rules_of_association
        );
    }

    async fn rules_of_association(&self, swept: &mut Swept, membership: &str, id: &str) {
        let get = self.client.get_configured_table_association().membership_identifier(membership);
        let found = get.configured_table_association_identifier(id).send().await;
        let found = found.ok().and_then(|reply| reply.configured_table_association);
        let types = found.and_then(|found| found.analysis_rule_types).unwrap_or_default();
        for kind in types {
            let delete = self.client.delete_configured_table_association_analysis_rule();
            let delete = delete.membership_identifier(membership);
            let delete = delete.configured_table_association_identifier(id);
            let deleted = delete.analysis_rule_type(kind.clone()).send().await;
            self.note(swept, format!("{kind} rule of association {id}"), deleted);
        }
    }

    async fn rules_of_intermediate_table(&self, swept: &mut Swept, membership: &str, id: &str) {
        let delete = self.client.delete_intermediate_table_analysis_rule();
        let delete = delete.membership_identifier(membership).intermediate_table_identifier(id);
        let delete = delete.analysis_rule_type(IntermediateTableAnalysisRuleType::Custom);
        self.note(swept, format!("rule of intermediate table {id}"), delete.send().await);
    }
}
