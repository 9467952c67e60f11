//! What is taken over of a state of another shape, and whose state it is.

use serde_json::json;

use super::*;

fn taken_over(ty: &Type, stored: &Json) -> Json {
    let value = shaped(stored, ty);
    let encoded = json::encode(&value, ty).expect("it is of the type");
    serde_json::from_slice(&encoded).expect("JSON")
}

#[test]
fn what_is_shaped_otherwise_comes_into_our_shape() {
    let object = Type::object([("a", Type::String), ("b", Type::Bool)]);
    for (ty, stored, expected) in [
        (object.clone(), json!([{"a": "x", "b": true}]), json!({"a": "x", "b": true})),
        (object.clone(), json!({"a": "x", "c": 1}), json!({"a": "x", "b": null})),
        // Nothing was said, or it is not for us to say which of two counts.
        (object.clone(), json!([]), json!(null)),
        (object.clone(), json!([{"a": "x"}, {"a": "y"}]), json!(null)),
        (object.clone(), json!({"a": null, "b": null}), json!(null)),
        (object.clone(), json!({"a": "", "c": 1}), json!(null)),
        (Type::set(Type::String), json!(["b", "a", "b"]), json!(["a", "b"])),
        (Type::set(Type::String), json!([]), json!([])),
        (Type::list(Type::String), json!(["b", "a"]), json!(["b", "a"])),
        (Type::map(Type::String), json!({"k": "v"}), json!({"k": "v"})),
        (Type::map(Type::String), json!([{"key": "k", "value": "v"}]), json!({"k": "v"})),
        (Type::map(Type::String), json!(null), json!(null)),
        (Type::map(object), json!({"k": {"a": "x"}}), json!({"k": {"a": "x", "b": null}})),
        (Type::Number, json!(2.5), json!(2.5)),
        // What does not fit is left to the first read.
        (Type::Number, json!("many"), json!(null)),
        (Type::String, json!({"a": "x"}), json!(null)),
        (Type::Bool, json!("yes"), json!(null)),
        (Type::set(Type::String), json!("a"), json!(null)),
    ] {
        assert_eq!(taken_over(&ty, &stored), expected, "{stored} as {ty}");
    }
}

#[test]
fn the_provider_is_told_by_the_last_part_of_its_address_alone() {
    let is_of = |provider: &str, type_name: &str| {
        Source { provider, type_name, ..Source::default() }.is_of("aws_thing")
    };
    for provider in [
        "aws",
        "hashicorp/aws",
        "registry.terraform.io/hashicorp/aws",
        "registry.opentofu.org/hashicorp/aws",
        "localhost/x/aws",
    ] {
        assert!(is_of(provider, "aws_thing"), "{provider}");
    }
    for (provider, type_name) in [
        ("registry.terraform.io/hashicorp/awscc", "aws_thing"),
        ("registry.terraform.io/aws/mirrored", "aws_thing"),
        ("registry.terraform.io/hashicorp/my-aws", "aws_thing"),
        ("registry.terraform.io/hashicorp/aws", "aws_other"),
        ("", "aws_thing"),
    ] {
        assert!(!is_of(provider, type_name), "{type_name} of {provider}");
    }
}
