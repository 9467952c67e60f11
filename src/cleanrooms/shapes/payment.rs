//! Who pays for what: five flags, which the service writes in three shapes.
//!
//! The service fills in flags that were never sent, so each is optional and
//! computed, and an absent one means false. Only where the one who runs queries
//! or jobs has no flag is its meaning open, for then that member pays unless
//! another does: for queries, for training and inference, and for jobs. It stays
//! null there, or as state has it.

use aws_sdk_cleanrooms::types as sdk;

use crate::framework::codec::{Codec, boolean, object};
use crate::framework::row::field;

/// The flags of one member. `None` is a flag that was not given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Payer {
    /// Pays for queries.
    pub query_compute: Option<bool>,
    /// Pays for jobs.
    pub job_compute: Option<bool>,
    /// Pays for machine learning.
    pub machine_learning: MachineLearningPayer,
}

/// The flags of one member for machine learning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MachineLearningPayer {
    /// Pays for training models.
    pub model_training: Option<bool>,
    /// Pays for inference.
    pub model_inference: Option<bool>,
    /// Pays for generating synthetic data.
    pub synthetic_data_generation: Option<bool>,
}

/// The payment configuration of a member or of a membership.
pub fn payer() -> Codec<Payer> {
    object(Ok::<Payer, String>)
        .with(
            field("query_compute", flag())
                .optional_computed()
                .doc("Payment for query compute.")
                .create(|payer: Payer, flag| Payer { query_compute: flag.flatten(), ..payer })
                .read(|payer: &Payer| Some(payer.query_compute)),
        )
        .with(
            field("job_compute", flag())
                .optional_computed()
                .doc("Payment for job compute.")
                .create(|payer: Payer, flag| Payer { job_compute: flag.flatten(), ..payer })
                .read(|payer: &Payer| Some(payer.job_compute)),
        )
        .with(
            field("machine_learning", machine_learning())
                .optional_computed()
                .doc("Payment for machine learning.")
                .create(|payer: Payer, ml| Payer {
                    machine_learning: ml.unwrap_or_default(),
                    ..payer
                })
                .read(|payer: &Payer| Some(payer.machine_learning)),
        )
        .single()
}

fn machine_learning() -> Codec<MachineLearningPayer> {
    type Ml = MachineLearningPayer;
    object(Ok::<Ml, String>)
        .with(
            field("model_training", flag())
                .optional_computed()
                .doc("Payment for training models.")
                .create(|ml: Ml, flag| Ml { model_training: flag.flatten(), ..ml })
                .read(|ml: &Ml| Some(ml.model_training)),
        )
        .with(
            field("model_inference", flag())
                .optional_computed()
                .doc("Payment for model inference.")
                .create(|ml: Ml, flag| Ml { model_inference: flag.flatten(), ..ml })
                .read(|ml: &Ml| Some(ml.model_inference)),
        )
        .with(
            field("synthetic_data_generation", flag())
                .optional_computed()
                .doc("Payment for generating synthetic data.")
                .create(|ml: Ml, flag| Ml { synthetic_data_generation: flag.flatten(), ..ml })
                .read(|ml: &Ml| Some(ml.synthetic_data_generation)),
        )
        .single()
}

/// `{ is_responsible }`.
fn flag() -> Codec<Option<bool>> {
    object(Ok::<Option<bool>, String>)
        .with(
            field("is_responsible", boolean())
                .optional_computed()
                .doc("Whether the member pays.")
                .create(|_, flag| flag)
                .read(|flag: &Option<bool>| *flag),
        )
        .single()
}

impl Payer {
    /// The flags with the absent ones read as the service means them: false, but open for the member that runs
    /// queries or jobs.
    #[must_use]
    pub fn with_absent_as_false(self, runs_queries: bool, runs_jobs: bool) -> Self {
        let absent = |flag: Option<bool>, open: bool| flag.or((!open).then_some(false));
        let MachineLearningPayer { model_training, model_inference, synthetic_data_generation } =
            self.machine_learning;
        Self {
            query_compute: absent(self.query_compute, runs_queries),
            job_compute: absent(self.job_compute, runs_jobs),
            machine_learning: MachineLearningPayer {
                model_training: absent(model_training, runs_queries),
                model_inference: absent(model_inference, runs_queries),
                synthetic_data_generation: absent(synthetic_data_generation, false),
            },
        }
    }

    /// The flags that are given.
    pub fn given(&self) -> impl Iterator<Item = bool> {
        self.flags().into_iter().flatten()
    }

    /// These flags, and the other's where these are not given.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.zip(other, Option::or)
    }

    /// The given flags that differ from the other's. An absent one of the other's is the runner's, who pays.
    #[must_use]
    pub fn unlike(self, other: &Self) -> Self {
        self.zip(*other, |this, other| this.filter(|pays| *pays != other.unwrap_or(true)))
    }

    /// The flags that say that the member pays.
    #[must_use]
    pub fn only_true(self) -> Self {
        self.zip(self, |pays, _| pays.filter(|pays| *pays))
    }

    fn flags(&self) -> [Option<bool>; 5] {
        let MachineLearningPayer { model_training, model_inference, synthetic_data_generation } =
            self.machine_learning;
        [
            self.query_compute,
            self.job_compute,
            model_training,
            model_inference,
            synthetic_data_generation,
        ]
    }

    fn zip(self, other: Self, f: impl Fn(Option<bool>, Option<bool>) -> Option<bool>) -> Self {
        let (these, others) = (self.flags(), other.flags());
        let [query_compute, job_compute, model_training, model_inference, synthetic] =
            std::array::from_fn(|index| f(these[index], others[index]));
        let machine_learning = MachineLearningPayer {
            model_training,
            model_inference,
            synthetic_data_generation: synthetic,
        };
        Self { query_compute, job_compute, machine_learning }
    }

    /// The given flags that differ from `prior`'s, where an absent one differs from both.
    #[must_use]
    pub fn changed_from(self, prior: Self) -> Self {
        self.zip(prior, |this, prior| this.filter(|_| this != prior))
    }

    /// Whether no flag was given at all, so that a request can leave the whole block out.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl MachineLearningPayer {
    fn is_empty(self) -> bool {
        self == Self::default()
    }
}

// A flag's builder fails only without its one member, which is always given.

impl From<Payer> for sdk::PaymentConfiguration {
    fn from(payer: Payer) -> Self {
        let query = |pays| sdk::QueryComputePaymentConfig::builder().is_responsible(pays).build();
        let job = |pays| sdk::JobComputePaymentConfig::builder().is_responsible(pays).build();
        let ml = payer.machine_learning;
        Self::builder()
            .set_query_compute(payer.query_compute.and_then(|pays| query(pays).ok()))
            .set_job_compute(payer.job_compute.and_then(|pays| job(pays).ok()))
            .set_machine_learning((!ml.is_empty()).then(|| ml.into()))
            .build()
    }
}

impl From<MachineLearningPayer> for sdk::MlPaymentConfig {
    fn from(ml: MachineLearningPayer) -> Self {
        let training =
            |pays| sdk::ModelTrainingPaymentConfig::builder().is_responsible(pays).build();
        let inference =
            |pays| sdk::ModelInferencePaymentConfig::builder().is_responsible(pays).build();
        let synthetic = |pays| {
            sdk::SyntheticDataGenerationPaymentConfig::builder().is_responsible(pays).build()
        };
        Self::builder()
            .set_model_training(ml.model_training.and_then(|pays| training(pays).ok()))
            .set_model_inference(ml.model_inference.and_then(|pays| inference(pays).ok()))
            .set_synthetic_data_generation(
                ml.synthetic_data_generation.and_then(|pays| synthetic(pays).ok()),
            )
            .build()
    }
}

impl From<Payer> for sdk::MembershipPaymentConfiguration {
    fn from(payer: Payer) -> Self {
        let ml = payer.machine_learning;
        Self::builder()
            .set_query_compute(payer.query_compute.and_then(membership_query))
            .set_job_compute(payer.job_compute.and_then(membership_job))
            .set_machine_learning((!ml.is_empty()).then(|| ml.into()))
            .build()
    }
}

impl From<Payer> for sdk::UpdateMembershipPaymentConfiguration {
    fn from(payer: Payer) -> Self {
        let ml = payer.machine_learning;
        Self::builder()
            .set_query_compute(payer.query_compute.and_then(membership_query))
            .set_job_compute(payer.job_compute.and_then(membership_job))
            .set_machine_learning((!ml.is_empty()).then(|| ml.into()))
            .build()
    }
}

fn membership_query(pays: bool) -> Option<sdk::MembershipQueryComputePaymentConfig> {
    sdk::MembershipQueryComputePaymentConfig::builder().is_responsible(pays).build().ok()
}

fn membership_job(pays: bool) -> Option<sdk::MembershipJobComputePaymentConfig> {
    sdk::MembershipJobComputePaymentConfig::builder().is_responsible(pays).build().ok()
}

impl From<MachineLearningPayer> for sdk::MembershipMlPaymentConfig {
    fn from(ml: MachineLearningPayer) -> Self {
        let training = |pays| {
            sdk::MembershipModelTrainingPaymentConfig::builder().is_responsible(pays).build()
        };
        let inference = |pays| {
            sdk::MembershipModelInferencePaymentConfig::builder().is_responsible(pays).build()
        };
        let synthetic = |pays| {
            sdk::MembershipSyntheticDataGenerationPaymentConfig::builder()
                .is_responsible(pays)
                .build()
        };
        Self::builder()
            .set_model_training(ml.model_training.and_then(|pays| training(pays).ok()))
            .set_model_inference(ml.model_inference.and_then(|pays| inference(pays).ok()))
            .set_synthetic_data_generation(
                ml.synthetic_data_generation.and_then(|pays| synthetic(pays).ok()),
            )
            .build()
    }
}

impl From<&sdk::PaymentConfiguration> for Payer {
    fn from(sent: &sdk::PaymentConfiguration) -> Self {
        let ml = sent.machine_learning.as_ref();
        Self {
            query_compute: sent.query_compute.as_ref().map(|flag| flag.is_responsible),
            job_compute: sent.job_compute.as_ref().map(|flag| flag.is_responsible),
            machine_learning: ml.map(MachineLearningPayer::from).unwrap_or_default(),
        }
    }
}

impl From<&sdk::MlPaymentConfig> for MachineLearningPayer {
    fn from(sent: &sdk::MlPaymentConfig) -> Self {
        Self {
            model_training: sent.model_training.as_ref().map(|flag| flag.is_responsible),
            model_inference: sent.model_inference.as_ref().map(|flag| flag.is_responsible),
            synthetic_data_generation: (sent.synthetic_data_generation.as_ref())
                .map(|flag| flag.is_responsible),
        }
    }
}

impl From<&sdk::MembershipPaymentConfiguration> for Payer {
    fn from(sent: &sdk::MembershipPaymentConfiguration) -> Self {
        let ml = sent.machine_learning.as_ref();
        Self {
            query_compute: sent.query_compute.as_ref().map(|flag| flag.is_responsible),
            job_compute: sent.job_compute.as_ref().map(|flag| flag.is_responsible),
            machine_learning: ml.map(MachineLearningPayer::from).unwrap_or_default(),
        }
    }
}

impl From<&sdk::MembershipMlPaymentConfig> for MachineLearningPayer {
    fn from(sent: &sdk::MembershipMlPaymentConfig) -> Self {
        Self {
            model_training: sent.model_training.as_ref().map(|flag| flag.is_responsible),
            model_inference: sent.model_inference.as_ref().map(|flag| flag.is_responsible),
            synthetic_data_generation: (sent.synthetic_data_generation.as_ref())
                .map(|flag| flag.is_responsible),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_flags_are_false_but_open_for_the_runner() {
        let read = Payer::default().with_absent_as_false(true, false);
        assert_eq!(read.query_compute, None);
        assert_eq!(read.job_compute, Some(false));
        assert_eq!(read.machine_learning.model_training, None);
        assert_eq!(read.machine_learning.synthetic_data_generation, Some(false));
    }

    #[test]
    fn requests_carry_only_given_flags() {
        let payer = Payer { query_compute: Some(true), ..Payer::default() };
        let sent = sdk::PaymentConfiguration::from(payer);
        assert!(sent.job_compute.is_none() && sent.machine_learning.is_none());
        assert_eq!(Payer::from(&sent), payer);
    }

    #[test]
    fn only_known_flags_that_differ_are_changed() {
        let prior = Payer { query_compute: Some(false), job_compute: None, ..Payer::default() };
        let planned = Payer { query_compute: Some(false), job_compute: Some(false), ..prior };
        let changed = planned.changed_from(prior);
        assert_eq!(changed, Payer { job_compute: Some(false), ..Payer::default() });
        assert!(Payer::default().changed_from(planned).is_empty());
    }

    #[test]
    fn all_three_shapes_carry_all_five_flags() {
        let machine_learning = MachineLearningPayer {
            model_training: Some(true),
            model_inference: Some(false),
            synthetic_data_generation: Some(true),
        };
        let payer = Payer { query_compute: Some(false), job_compute: Some(true), machine_learning };
        assert_eq!(Payer::from(&sdk::PaymentConfiguration::from(payer)), payer);
        assert_eq!(Payer::from(&sdk::MembershipPaymentConfiguration::from(payer)), payer);
        let update = sdk::UpdateMembershipPaymentConfiguration::from(payer);
        let ml = update.machine_learning.as_ref().map(MachineLearningPayer::from);
        assert_eq!(ml, Some(machine_learning));
    }
}
