"""Configured tables, their rules and associations, as most tests need them."""

from world import *

GLUE = {"glue": {"databaseName": "sales", "tableName": "orders"}}
SNOWFLAKE = {
    "snowflake": {
        "secretArn": f"arn:aws:secretsmanager:us-east-1:{OWNER}:secret:snow",
        "accountIdentifier": "org-account",
        "databaseName": "db",
        "schemaName": "public",
        "tableName": "Aufträge 2",
        "tableSchema": {"v1": [{"columnName": "id", "columnType": "NUMBER"}]},
    }
}
ATHENA = {"athena": {"workGroup": "w.1", "databaseName": "sales", "tableName": "orders"}}
DATABRICKS = {
    "databricks": {
        "schemaName": "default",
        "tableName": "orders",
        "workspaceUrl": "https://a.cloud.databricks.com",
        "connectionType": {
            "deltaSharing": {
                "deltaShareEndpoint": "https://a.cloud.databricks.com/api/2.0/delta-sharing"
                f"/metastores/{ABSENT}/recipients/{ABSENT}",
                "shareName": "share",
            }
        },
    }
}
COLUMNS = ["id", "day", "amount"]
BOTH = ["DIRECT_QUERY", "DIRECT_JOB"]


def table(world, client=None, **settings):
    """Makes a configured table, and gives it."""
    settings.setdefault("name", "Orders 2026")
    settings.setdefault("tableReference", GLUE)
    settings.setdefault("allowedColumns", COLUMNS)
    settings.setdefault("analysisMethod", "DIRECT_QUERY")
    return (client or world.owner).create_configured_table(**settings)["configuredTable"]


def table_id(made):
    return {"configuredTableIdentifier": made["id"]}


def policy(kind, **content):
    return {
        "analysisRuleType": kind.upper(),
        "analysisRulePolicy": {"v1": {kind: content}},
    }


def list_rule(**settings):
    return policy("list", **{"joinColumns": ["id"], "listColumns": ["day"], **settings})


def custom_rule(**settings):
    return policy("custom", **{"allowedAnalyses": [], **settings})


def aggregation_rule(**settings):
    content = {
        "aggregateColumns": [{"columnNames": ["amount"], "function": "SUM"}],
        "joinColumns": ["id"],
        "dimensionColumns": ["day"],
        "scalarFunctions": [],
        "outputConstraints": [{"columnName": "id", "minimum": 2, "type": "COUNT_DISTINCT"}],
    }
    return policy("aggregation", **{**content, **settings})


def rule(world, made, settings=None, client=None):
    """Gives a table an analysis rule."""
    return (client or world.owner).create_configured_table_analysis_rule(
        **table_id(made), **(settings or custom_rule())
    )["analysisRule"]


def associate(world, membership, made, client=None, **settings):
    """Associates a table, and gives the association."""
    settings.setdefault("name", "orders")
    settings.setdefault("roleArn", ROLE)
    return (client or world.owner).create_configured_table_association(
        membershipIdentifier=membership["id"], **table_id(made), **settings
    )["configuredTableAssociation"]


def association_id(association):
    return {
        "membershipIdentifier": association["membershipId"],
        "configuredTableAssociationIdentifier": association["id"],
    }


def association_rule(world, association, settings=None, client=None):
    """Gives an association an analysis rule."""
    return (client or world.owner).create_configured_table_association_analysis_rule(
        **association_id(association), **(settings or policy("custom"))
    )["analysisRule"]


def get_association(world, association, client=None):
    return (client or world.owner).get_configured_table_association(
        **association_id(association)
    )["configuredTableAssociation"]


def in_membership(world, **settings):
    """A membership of the owner, its table and the association."""
    made = world.collaboration()
    ours = world.join(world.owner, made)
    of_owner = table(world)
    return ours, of_owner, associate(world, ours, of_owner, **settings)
