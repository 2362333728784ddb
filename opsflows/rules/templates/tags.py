"""The few tags of a template: output, if, unless, for and case, each with its limits and our comparisons."""

from collections.abc import Iterable, Mapping
from typing import Any

from liquid import Environment, Token, TokenStream
from liquid.ast import BlockNode, ConditionalBlockNode, Node
from liquid.builtin import content, illegal
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.case_tag import CaseTag, MultiExpressionBlockNode
from liquid.builtin.tags.for_tag import BreakTag, ContinueTag, ForNode, ForTag
from liquid.builtin.tags.if_tag import IfNode
from liquid.expression import Expression
from liquid.parser import get_parser
from liquid.tag import Tag
from liquid.token import TOKEN_TAG

from opsflows.rules.compare import equals
from opsflows.rules.templates.context import RulesContext, plain, range_length
from opsflows.rules.templates.limits import check_items
from opsflows.rules.templates.logic import Logic, parse_logic
from opsflows.rules.text import to_text


class RulesOutputNode(OutputNode):
    """``{{ … }}``. Reports what it looked up in vain, unless the ``default`` filter is there to fill in."""

    def render_to_output(self, context: RulesContext, buffer: Any) -> int:
        return int(buffer.write(to_text(self.value(context))))

    def value(self, context: RulesContext) -> Any:
        """The value with its type."""
        before = len(context.missing)
        value = plain(self.expression.evaluate(context))
        if any(used.name == "default" for used in self.expression.filters or ()):
            del context.missing[before:]
        return value


class RulesOutput(Output):
    node_class = RulesOutputNode


class _ChoiceTag(Tag):
    """``{% if %}`` and ``{% unless %}`` with their branches. The dialect has checked their order."""

    negated = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        condition = parse_logic(self.env, stream.into_inner(tag=token))
        if self.negated:
            condition = Logic(token, [condition], lambda context, part: not part.evaluate(context))
        ends = frozenset((self.end, "elsif", "else"))
        parse_block = get_parser(self.env).parse_block
        consequence = parse_block(stream, ends)
        alternatives = []
        while stream.current.is_tag("elsif"):
            branch = next(stream)
            also = parse_logic(self.env, stream.into_inner(tag=branch))
            alternatives.append(ConditionalBlockNode(branch, expression=also, block=parse_block(stream, ends)))
        default = None
        if stream.current.is_tag("else"):
            next(stream)
            default = parse_block(stream, frozenset((self.end,)))
        stream.expect(TOKEN_TAG, value=self.end)
        return RulesIfNode(token, condition, consequence, alternatives, default)


class RulesIfNode(IfNode):
    """Conditions ask whether something is there, so what they do not find is no warning."""

    def render_to_output(self, context: RulesContext, buffer: Any) -> int:
        for condition, block in self._branches():
            before = len(context.missing)
            found = condition.evaluate(context)
            del context.missing[before:]
            if found:
                return int(block.render(context, buffer))
        return int(self.default.render(context, buffer)) if self.default else 0

    def _branches(self) -> Iterable[tuple[Logic, BlockNode]]:
        yield self.condition, self.consequence
        for branch in self.alternatives:
            yield branch.expression, branch.block


class RulesIfTag(_ChoiceTag):
    name = "if"
    end = "endif"


class RulesUnlessTag(_ChoiceTag):
    name = "unless"
    end = "endunless"
    negated = True


class RulesForNode(ForNode):
    """A loop whose turns are counted before the first of them is taken."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._weight = weigh(self.block)

    def render_to_output(self, context: RulesContext, buffer: Any) -> int:
        items = self.expression.iterable.evaluate(context)
        length = _turns(items)
        check_items(length, "The list of a loop")
        context.budget.loop(length, self._weight)
        return int(super().render_to_output(context, buffer))


def _turns(items: Any) -> int:
    if isinstance(items, range):
        return range_length(items)
    return len(items) if isinstance(items, list | tuple | Mapping) else 1


class RulesForTag(ForTag):
    node_class = RulesForNode


class _AnyOf(Expression):
    """Whether a ``when`` names the value of its ``case``: a list with one truth, as Liquid's own node expects it."""

    def __init__(self, token: Token, left: Expression, alternatives: list[Expression]) -> None:
        super().__init__(token)
        self._left = left
        self._alternatives = alternatives

    def evaluate(self, context: RulesContext) -> list[bool]:
        before = len(context.missing)
        left = plain(self._left.evaluate(context))
        others = [plain(other.evaluate(context)) for other in self._alternatives]
        context.budget.read(left, *others)
        found = any(equals(left, other) for other in others)
        del context.missing[before:]
        return [found]

    def children(self) -> list[Expression]:
        return [self._left, *self._alternatives]


class RulesCaseTag(CaseTag):
    def parse(self, stream: TokenStream) -> Node:
        node = super().parse(stream)
        for block in node.blocks:
            if isinstance(block, MultiExpressionBlockNode):
                liquids = block.expression
                block.expression = _AnyOf(liquids.token, liquids.left, liquids.expressions)
        return node


def register_tags(env: Environment) -> None:
    """Give `env` the tags of this module and Liquid's plain ones, and no others."""
    for tag in (content.Literal, illegal.Illegal, RulesOutput, RulesIfTag, RulesUnlessTag, RulesForTag, RulesCaseTag):
        env.add_tag(tag)
    env.add_tag(BreakTag)
    env.add_tag(ContinueTag)


def weigh(node: Node) -> int:
    """How many tags and expressions one pass through `node` executes at most."""
    own = 1 + sum(map(_weigh_expression, node.expressions()))
    return own + sum(map(weigh, node.children(None)))


def _weigh_expression(expression: Expression) -> int:
    return 1 + sum(map(_weigh_expression, expression.children()))
