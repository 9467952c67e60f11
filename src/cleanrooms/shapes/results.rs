//! Where the results of a query go in Amazon S3: of one query, or of all by default.

use aws_sdk_cleanrooms::types::builders::ProtectedQueryS3OutputConfigurationBuilder as QueryS3Builder;
use aws_sdk_cleanrooms::types::{ProtectedQueryS3OutputConfiguration as QueryS3, ResultFormat};

use super::enumeration::closed;
use super::text::{bucket, key_prefix};
use crate::framework::codec::{Codec, boolean, object};
use crate::framework::row::field;

/// A bucket, and how results are written there.
pub fn query_s3() -> Codec<QueryS3> {
    object(QueryS3Builder::build)
        .with(
            field("bucket", bucket())
                .required()
                .doc("The bucket.")
                .create(QueryS3Builder::set_bucket)
                .read(|s3: &QueryS3| Some(s3.bucket.clone())),
        )
        .with(
            field("key_prefix", key_prefix())
                .optional_computed()
                .doc("What the keys of results start with.")
                .default("".into())
                .create(|s3: QueryS3Builder, prefix| s3.set_key_prefix(given(prefix)))
                .read(|s3: &QueryS3| s3.key_prefix.clone()),
        )
        .with(
            field("result_format", closed::<ResultFormat>(ResultFormat::values()))
                .required()
                .doc("The format of results: `CSV` or `PARQUET`.")
                .create(QueryS3Builder::set_result_format)
                .read(|s3: &QueryS3| Some(s3.result_format.clone())),
        )
        .with(
            field("single_file_output", boolean())
                .optional_computed()
                .doc("Whether results come as one file; false when left out.")
                .default(false.into())
                .create(QueryS3Builder::set_single_file_output)
                .read(|s3: &QueryS3| s3.single_file_output),
        )
        .single()
}

/// A prefix for a request; the service means the same by none and by an empty one.
pub fn given(prefix: Option<String>) -> Option<String> {
    prefix.filter(|prefix| !prefix.is_empty())
}
