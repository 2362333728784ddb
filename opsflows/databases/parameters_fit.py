"""Before a workflow goes live: each of its query steps gives the parameters that its statement takes."""

from opsflows.databases.find import DATABASE, STATEMENT, statement_key
from opsflows.databases.own_text import parameter_problem, text_problem
from opsflows.databases.sql import SqlError, parse_sql
from opsflows.workflows.gates import Publication, Refuse
from opsflows.workflows.graph import Node
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.references import Reference, UnknownReference, resolve


def parameters_fit(publication: Publication) -> Refuse | None:
    """The gate. What a step's own check cannot see is the statement, and which database the step's SQL is for."""
    if publication.is_known:
        # Looked at when it was published; the draft may be anything by now.
        return None
    workflow = publication.workflow
    published = workflow.published_version
    data = published.workflow_data if publication.is_refresh and published else workflow.workflow_data
    nodes = [node for node in read_graph(data).nodes if node.kind == "query"]
    problems = [
        f"{node.label or 'Query'} ({node.id}): {problem}" for node in nodes if (problem := _problem(node, publication))
    ]
    return Refuse(" ".join(problems)) if problems else None


def _problem(node: Node, publication: Publication) -> str | None:
    config = node.config
    database, statement = str(config.get("database")), str(config.get("statement") or "")
    wanted = [Reference(DATABASE, database, "")]
    key = statement_key(database, statement)
    if statement:
        wanted.append(Reference(STATEMENT, key, ""))
    try:
        found = resolve(wanted, account_id=publication.workflow.account_id)
    except UnknownReference as error:
        return str(error)
    dialect = found[DATABASE][database]["kind"]
    sql = found[STATEMENT][key]["sql"] if statement else str(config.get("sql"))
    if not statement and (problem := text_problem(sql, dialect)):
        return problem
    try:
        return parameter_problem(parse_sql(sql, dialect).names, config.get("parameters") or {})
    except SqlError as error:
        return str(error)
