//! Where results go by default, on the SDK's own types.

use aws_sdk_cleanrooms::types::builders::{
    MembershipProtectedJobResultConfigurationBuilder as JobResultBuilder,
    MembershipProtectedQueryResultConfigurationBuilder as QueryResultBuilder,
    ProtectedJobS3OutputConfigurationInputBuilder as JobS3Builder,
};
use aws_sdk_cleanrooms::types::{
    MembershipProtectedJobOutputConfiguration as JobOutput,
    MembershipProtectedJobResultConfiguration as JobResult,
    MembershipProtectedQueryOutputConfiguration as QueryOutput,
    MembershipProtectedQueryResultConfiguration as QueryResult,
    ProtectedJobS3OutputConfigurationInput as JobS3, ResultFormat,
};

use crate::cleanrooms::shapes::enumeration::closed;
use crate::cleanrooms::shapes::results::{given, query_s3};
use crate::cleanrooms::shapes::text::{bucket, key_prefix, role_arn};
use crate::framework::codec::{Codec, object, one_of, variant};
use crate::framework::row::field;

/// Where the results of queries go.
pub fn query_results() -> Codec<QueryResult> {
    object(|builder: QueryResultBuilder| Ok::<_, String>(builder.build()))
        .with(
            field("role_arn", role_arn())
                .optional()
                .doc(
                    "The role with which the service writes results. Without it, only results of \
                     queries of up to 12 hours arrive.",
                )
                .create(QueryResultBuilder::set_role_arn)
                .read(|results: &QueryResult| results.role_arn.clone()),
        )
        .with(
            field(
                "output_configuration",
                one_of(vec![variant(
                    "s3",
                    "Results go to a bucket in Amazon S3.",
                    query_s3(),
                    QueryOutput::S3,
                    |output| output.as_s3().ok(),
                )]),
            )
            .required()
            .doc("Where results go.")
            .create(QueryResultBuilder::set_output_configuration)
            .read(|results: &QueryResult| results.output_configuration.clone()),
        )
        .single()
}

/// Where the results of jobs go.
pub fn job_results() -> Codec<JobResult> {
    object(JobResultBuilder::build)
        .with(
            field("role_arn", role_arn())
                .required()
                .doc("The role with which the service writes results.")
                .create(JobResultBuilder::set_role_arn)
                .read(|results: &JobResult| Some(results.role_arn.clone())),
        )
        .with(
            field(
                "output_configuration",
                one_of(vec![variant(
                    "s3",
                    "Results go to a bucket in Amazon S3.",
                    job_s3(),
                    JobOutput::S3,
                    |output| output.as_s3().ok(),
                )]),
            )
            .required()
            .doc("Where results go.")
            .create(JobResultBuilder::set_output_configuration)
            .read(|results: &JobResult| results.output_configuration.clone()),
        )
        .single()
}

fn job_s3() -> Codec<JobS3> {
    object(JobS3Builder::build)
        .with(
            field("bucket", bucket())
                .required()
                .doc("The bucket.")
                .create(JobS3Builder::set_bucket)
                .read(|s3: &JobS3| Some(s3.bucket.clone())),
        )
        .with(
            field("key_prefix", key_prefix())
                .optional_computed()
                .doc("What the keys of results start with.")
                .default("".into())
                .create(|s3: JobS3Builder, prefix| s3.set_key_prefix(given(prefix)))
                .read(|s3: &JobS3| s3.key_prefix.clone()),
        )
        .with(
            field("result_format", closed::<ResultFormat>(ResultFormat::values()))
                .optional_computed()
                .doc("The format of results: `CSV`, when left out, or `PARQUET`.")
                .default("CSV".into())
                .create(JobS3Builder::set_result_format)
                .read(|s3: &JobS3| s3.result_format.clone()),
        )
        .single()
}
