//! Claims that hold for every resource.

use super::all;

#[test]
fn schemas_and_mappings_have_no_mistakes() {
    for resource in all() {
        let mistakes = resource.mistakes();
        assert!(mistakes.is_empty(), "{}: {}", resource.type_name(), mistakes.join("; "));
    }
}
