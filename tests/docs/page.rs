//! One page: what stands around the schema.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use cleanrooms_harness::paths;
use cleanrooms_provider::cleanrooms::provider::CleanRooms;
use cleanrooms_provider::cleanrooms::registry;
use cleanrooms_provider::framework::Provider;
use cleanrooms_provider::framework::identity::IdentitySchema;
use cleanrooms_provider::framework::page::{Need, Page};
use cleanrooms_provider::framework::schema::Schema;

use crate::markdown;

/// The name of the provider, and what the names of all its types begin with.
pub const PROVIDER: &str = "cleanrooms";

/// A page, and where it belongs.
pub struct Generated {
    /// Below the repository.
    pub path: String,
    pub text: String,
}

/// All pages that are made of schemas, and the guide that is.
pub fn all() -> Result<Vec<Generated>> {
    let mut pages = vec![index()?];
    for resource in registry::all() {
        let thing = Thing {
            folder: "resources",
            word: "Resource",
            type_name: resource.type_name(),
            schema: resource.schema(),
            example: "resource.tf",
        };
        let page = resource.page();
        let mut text = thing.beginning()? + &notes(thing.noun())?;
        text += &permissions(&page);
        text += &markdown::schema(resource.schema());
        text += &import(&thing, &page, resource.identity_schema())?;
        pages.push(Generated { path: thing.path(), text });
    }
    for source in registry::data_sources() {
        let thing = Thing {
            folder: "data-sources",
            word: "Data Source",
            type_name: source.type_name(),
            schema: source.schema(),
            example: "data-source.tf",
        };
        let needs = format!("A read needs these IAM actions:\n\n{}", list(&source.needs()));
        pages.push(thing.looked_at(&needs)?);
    }
    for listed in registry::list_resources() {
        let thing = Thing {
            folder: "list-resources",
            word: "List Resource",
            type_name: listed.type_name(),
            schema: listed.schema(),
            example: "list-resource.tfquery.hcl",
        };
        let needs = format!(
            "The list needs these IAM actions, and `include_resource` those that a refresh of the \
             [resource](../resources/{}.md#permissions) needs:\n\n{}",
            thing.noun(),
            list(&listed.needs()),
        );
        pages.push(thing.looked_at(&needs)?);
    }
    pages.push(crate::coverage::page()?);
    for action in registry::actions() {
        let thing = Thing {
            folder: "actions",
            word: "Action",
            type_name: action.type_name(),
            schema: action.schema(),
            example: "action.tf",
        };
        let needs = format!("An invocation needs these IAM actions:\n\n{}", list(&action.needs()));
        pages.push(thing.looked_at(&(needs + INVOKED))?);
    }
    Ok(pages)
}

/// What holds for every action.
const INVOKED: &str = "
## When it is invoked

Terraform has actions from 1.14 on, OpenTofu has none. An action is invoked by the `action_trigger` of a resource, or by
`terraform apply -invoke` with its address. Nothing of it is kept in state. One that fails is not repeated by the next
apply, for what has triggered it is done: `-invoke` repeats it.
";

/// A type that has a page.
struct Thing<'a> {
    /// Where pages of its kind are, below `docs/` and `examples/`.
    folder: &'static str,
    /// What its kind is called.
    word: &'static str,
    type_name: &'a str,
    schema: &'a Schema,
    /// The name of the file in its folder of examples.
    example: &'static str,
}

impl Thing<'_> {
    /// The type's name without that of the provider.
    fn noun(&self) -> &str {
        let rest = self.type_name.strip_prefix(PROVIDER).and_then(|rest| rest.strip_prefix('_'));
        rest.unwrap_or(self.type_name)
    }

    fn path(&self) -> String {
        format!("docs/{}/{}.md", self.folder, self.noun())
    }

    fn examples(&self) -> PathBuf {
        PathBuf::from("examples").join(self.folder).join(self.type_name)
    }

    /// Everything before what is needed and the schema.
    fn beginning(&self) -> Result<String> {
        let Self { word, type_name, schema, .. } = self;
        let title = format!("{type_name} {word} - {PROVIDER}");
        let example = read(&self.examples().join(self.example))?;
        Ok(front_matter(&title, Some(""), &schema.description)
            + &format!("\n# {type_name} ({word})\n\n{}\n", schema.description)
            + &format!("\n## Example Usage\n\n```terraform\n{}\n```\n", example.trim()))
    }

    /// The page of what is looked at alone.
    fn looked_at(&self, needs: &str) -> Result<Generated> {
        let text = self.beginning()?
            + &format!("\n## Permissions\n\n{needs}\n")
            + &markdown::schema(self.schema);
        Ok(Generated { path: self.path(), text })
    }
}

/// What a kind says to its users besides the schema: a file beside its rows.
fn notes(noun: &str) -> Result<String> {
    let text = read(&Path::new("src/cleanrooms").join(noun).join("page.md"))?;
    Ok(format!("\n{}\n\n", text.trim()))
}

fn index() -> Result<Generated> {
    let schema = CleanRooms::schema();
    let title = format!("{PROVIDER} Provider");
    let example = read(Path::new("examples/provider/provider.tf"))?;
    let text = front_matter(&title, None, &schema.description)
        + &format!("\n# {PROVIDER} Provider\n\n{}\n", schema.description)
        + &format!("\n## Example Usage\n\n```terraform\n{}\n```\n", example.trim())
        + &notes("provider")?
        + &markdown::schema(&schema);
    Ok(Generated { path: "docs/index.md".to_owned(), text })
}

/// What registries read of a page before they show it.
pub fn front_matter(title: &str, subcategory: Option<&str>, description: &str) -> String {
    let subcategory = subcategory.map(|it| format!("subcategory: \"{it}\"\n")).unwrap_or_default();
    let description = description.replace('\n', " ");
    format!("---\npage_title: \"{title}\"\n{subcategory}description: |-\n  {description}\n---\n")
}

fn permissions(page: &Page) -> String {
    format!(
        "## Permissions\n\nA refresh, an import and a plan need these IAM actions:\n\n{}\nAn apply \
         needs these besides:\n\n{}\n",
        list(&page.permissions.read),
        list(&page.permissions.apply),
    )
}

fn list(needs: &[Need]) -> String {
    needs.iter().map(need).collect()
}

fn need(need: &Need) -> String {
    let mut actions: Vec<_> = need.actions.iter().map(|action| format!("`{action}`")).collect();
    actions.sort();
    let when = if need.when.is_empty() { String::new() } else { format!(": {}", need.when) };
    format!("- {}{when}\n", actions.join(", "))
}

fn import(thing: &Thing<'_>, page: &Page, identity: &IdentitySchema) -> Result<String> {
    let command = read(&thing.examples().join("import.sh"))?;
    let (to, id) = imported(&command)?;
    let required = identity.attributes.iter().filter(|it| it.required_for_import);
    let names: Vec<_> = required.map(|attribute| attribute.name).collect();
    let ids: Vec<_> = id.split('/').collect();
    ensure!(names.len() == ids.len(), "{}: `{id}` is not all of {names:?}", thing.type_name);
    let width = names.iter().map(|name| name.len()).max().unwrap_or_default();
    let pairs = names.iter().zip(&ids);
    let pairs: String = pairs.map(|(name, id)| format!("    {name:width$} = \"{id}\"\n")).collect();
    Ok(format!(
        "\n## Import\n\n{}\n\nFrom Terraform 1.12 on an [`import` block]\
         (https://developer.hashicorp.com/terraform/language/import) may name the object by its \
         identity:\n\n```terraform\nimport {{\n  to = {to}\n  identity = {{\n{pairs}  }}\n}}\n```\n\n\
         {}\nFrom Terraform 1.5 and OpenTofu 1.6 on it may name the object by its id:\n\n\
         ```terraform\nimport {{\n  to = {to}\n  id = \"{id}\"\n}}\n```\n\nThe command takes the \
         same id in every version:\n\n```shell\n{}\n```\n",
        page.import,
        markdown::identity(identity),
        command.trim(),
    ))
}

/// The address and the id of a command that imports.
pub fn imported(command: &str) -> Result<(&str, &str)> {
    let words: Vec<_> = command.split_whitespace().collect();
    let ["terraform", "import", to, id] = words[..] else {
        anyhow::bail!("`{command}` is not `terraform import ADDRESS ID`");
    };
    Ok((to, id))
}

/// A file of the repository.
pub fn read(path: &Path) -> Result<String> {
    let path = paths::repository().join(path);
    fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))
}
