//! What a template runs: a text of SQL, or a program in S3 with the hashes that it had.

use aws_sdk_cleanrooms::types::builders::{
    AnalysisTemplateArtifactBuilder, AnalysisTemplateArtifactMetadataBuilder,
    AnalysisTemplateArtifactsBuilder, HashBuilder, S3LocationBuilder,
};
use aws_sdk_cleanrooms::types::{
    AnalysisSource, AnalysisSourceMetadata, AnalysisTemplateArtifact,
    AnalysisTemplateArtifactMetadata, AnalysisTemplateArtifacts, Hash, S3Location,
};

use crate::cleanrooms::shapes::text::{bucket, object_key, role_arn, sql};
use crate::framework::codec::{Codec, ObjectCodec, object, one_of, string, variant};
use crate::framework::row::field;
use crate::framework::validators::size;
use crate::wire::Value;

/// A text, or artifacts.
pub fn source() -> Codec<AnalysisSource> {
    one_of(vec![
        variant(
            "text",
            "The query, at most 500,000 characters. Everyone in the collaboration can read it.",
            sql(),
            AnalysisSource::Text,
            |it| it.as_text().ok(),
        ),
        variant(
            "artifacts",
            "The program, in buckets with versioning and SHA-256 checksums.",
            artifacts(),
            AnalysisSource::Artifacts,
            |it| it.as_artifacts().ok(),
        ),
    ])
}

/// Whether two sources are the same but for white space at the end of a text and for how lines end.
pub fn is_same(one: &Value, other: &Value) -> bool {
    match (one.get("text").as_str(), other.get("text").as_str()) {
        (Some(text), Some(another)) => {
            one.get("artifacts") == other.get("artifacts")
                && text.trim_end().lines().eq(another.trim_end().lines())
        }
        _ => one == other,
    }
}

fn artifacts() -> Codec<AnalysisTemplateArtifacts> {
    type B = AnalysisTemplateArtifactsBuilder;
    object(B::build)
        .with(
            field("entry_point", artifact().single())
                .required()
                .doc("The program.")
                .create(B::set_entry_point)
                .read(|it: &AnalysisTemplateArtifacts| it.entry_point.clone()),
        )
        .with(
            field("additional_artifacts", artifact().set().validate(size(1..=1)))
                .optional()
                .doc("What the program needs besides, such as a virtual environment: one element.")
                .create(B::set_additional_artifacts)
                .read(|it: &AnalysisTemplateArtifacts| {
                    it.additional_artifacts.clone().filter(|it| !it.is_empty())
                }),
        )
        .with(
            field("role_arn", role_arn())
                .required()
                .doc("The ARN of the role with which AWS Clean Rooms reads the artifacts.")
                .create(B::set_role_arn)
                .read(|it: &AnalysisTemplateArtifacts| Some(it.role_arn.clone())),
        )
        .single()
}

/// A file in S3.
pub type Artifact = ObjectCodec<
    AnalysisTemplateArtifactBuilder,
    AnalysisTemplateArtifact,
    AnalysisTemplateArtifact,
>;

/// A file in S3.
pub fn artifact() -> Artifact {
    type B = AnalysisTemplateArtifactBuilder;
    let location = object(S3LocationBuilder::build)
        .with(
            field("bucket", bucket())
                .required()
                .doc("The bucket.")
                .create(S3LocationBuilder::set_bucket)
                .read(|it: &S3Location| Some(it.bucket.clone())),
        )
        .with(
            field("key", object_key())
                .required()
                .doc("The key in the bucket, at most 1024 characters.")
                .create(S3LocationBuilder::set_key)
                .read(|it: &S3Location| Some(it.key.clone())),
        )
        .single();
    object(|builder: B| Ok::<_, String>(builder.build())).with(
        field("location", location)
            .required()
            .doc("Where it is in Amazon S3.")
            .create(B::set_location)
            .read(|it: &AnalysisTemplateArtifact| it.location.clone()),
    )
}

/// What the service has noted of artifacts.
pub fn metadata() -> Codec<AnalysisSourceMetadata> {
    type B = AnalysisTemplateArtifactMetadataBuilder;
    type Metadata = AnalysisTemplateArtifactMetadata;
    let of_artifacts = object(|builder: B| Ok::<_, String>(builder.build()))
        .with(
            field("entry_point_hash", hash().single())
                .computed()
                .doc("The hash of the program.")
                .read(|it: &Metadata| it.entry_point_hash.clone()),
        )
        .with(
            field("additional_artifact_hashes", hash().set())
                .computed()
                .doc("The hashes of what it needs besides.")
                .read(|it: &Metadata| {
                    Some(it.additional_artifact_hashes.clone().unwrap_or_default())
                }),
        )
        .single();
    one_of(vec![variant(
        "artifacts",
        "The hashes of the artifacts.",
        of_artifacts,
        AnalysisSourceMetadata::Artifacts,
        |it| it.as_artifacts().ok(),
    )])
}

fn hash() -> ObjectCodec<HashBuilder, Hash, Hash> {
    object(|builder: HashBuilder| Ok::<_, String>(builder.build())).with(
        field("sha256", string())
            .computed()
            .doc("The SHA-256 hash.")
            .read(|it: &Hash| it.sha256.clone()),
    )
}
