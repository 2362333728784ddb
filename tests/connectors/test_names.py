import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.names import MAX_LENGTH, bounded_key, check_name, event_name, suggest_name

ANY_TEXT = st.text(st.characters(), max_size=400)
WORDS = st.from_regex(r"[a-z0-9_]{0,5}[a-z0-9][a-z0-9_]{0,5}", fullmatch=True)
RIGHT_NAMES = st.lists(WORDS, min_size=2, max_size=5).map(".".join)


@pytest.mark.parametrize(
    ("connector", "vendor_name", "stored"),
    [
        ("stripe", "invoice.paid", "stripe.invoice.paid"),
        ("stripe", "customer.subscription.trial_will_end", "stripe.customer.subscription.trial_will_end"),
        ("github", "issues.opened", "github.issues.opened"),
        ("shopify", "orders/create", "shopify.orders.create"),
        ("zendesk", "ticket.created", "zendesk.ticket.created"),
        ("hubspot", "contact.propertyChange", "hubspot.contact.property_change"),
        ("segment", "track.Order Completed", "segment.track.order_completed"),
        ("hmac", "OrderShipped", "hmac.order_shipped"),
        ("hmac", "payment-success", "hmac.payment_success"),
        ("hmac", "HTTPRequest:sent", "hmac.http_request.sent"),
        ("hmac", "2FAEnabled", "hmac.2fa_enabled"),
        ("hmac", "ORDERS_CREATE", "hmac.orders_create"),
        ("hmac", " .. order . paid -- ", "hmac.order.paid"),
        ("hmac", "commande.créée", "hmac.commande.creee"),
        ("hmac", "", "hmac.event"),
        ("hmac", "!?", "hmac.event"),
    ],
)
def test_vendor_names_become_the_stored_name(connector: str, vendor_name: str, stored: str) -> None:
    assert event_name(connector, vendor_name) == stored


def test_names_that_cannot_be_spelled_stay_apart() -> None:
    assert event_name("hmac", "订单.created") != event_name("hmac", "客户.created")
    assert event_name("hmac", "a" * 300 + "b") != event_name("hmac", "a" * 300 + "c")


@given(ANY_TEXT)
@example("." * 300)
@example("ß.ﬁ.Å")
@example("\ud800.x")
def test_every_vendor_name_ends_up_right(vendor_name: str) -> None:
    assert check_name(event_name("standard_webhooks", vendor_name)) is None


@pytest.mark.parametrize("name", ["order.shipped", "stripe.invoice.paid", "user.2fa_enabled", "a.b.c.d"])
def test_right_names_are_accepted(name: str) -> None:
    assert check_name(name) is None


@pytest.mark.parametrize("name", ["test", "new_user"])
def test_a_single_word_is_taken_with_a_warning(name: str) -> None:
    problem = check_name(name)
    assert problem is not None
    assert not problem.fatal
    assert problem.suggestion in problem.message


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("OrderShipped", "order.shipped"),
        ("payment-success", "payment.success"),
        ("Order_Shipped", "order.shipped"),
        ("order shipped", "order.shipped"),
        ("Order.Shipped", "order.shipped"),
        ("user.emailChanged", "user.email_changed"),
        ("order..shipped", "order.shipped"),
        (".order.shipped", "order.shipped"),
        ("order.shipped\n", "order.shipped"),
        ("Test", "test.event"),
        ("", "custom.event"),
        ("_._", "custom.event"),
    ],
)
def test_wrong_names_are_refused_with_the_right_spelling(name: str, suggestion: str) -> None:
    problem = check_name(name)
    assert problem is not None
    assert problem.fatal
    assert problem.suggestion == suggestion
    assert suggestion in problem.message


def test_a_name_may_be_as_long_as_the_column_and_no_longer() -> None:
    assert check_name("order." + "s" * (MAX_LENGTH - 6)) is None
    problem = check_name("order." + "s" * (MAX_LENGTH - 5))
    assert problem is not None
    assert problem.fatal


@given(ANY_TEXT)
@example("x" * 400)
@example("x" * 300 + ".y")
@example("a.b" * 120)
def test_every_suggestion_is_right_and_stays(name: str) -> None:
    suggestion = suggest_name(name)
    assert check_name(suggestion) is None
    assert suggest_name(suggestion) == suggestion


@given(RIGHT_NAMES)
def test_a_right_name_is_left_alone(name: str) -> None:
    assert suggest_name(name) == name


@pytest.mark.parametrize("key", ["x" * (MAX_LENGTH + 1), "evt\x00", "\ud800"])
def test_a_key_that_does_not_fit_is_replaced_by_its_hash(key: str) -> None:
    assert len(bounded_key(key)) == 64
    assert bounded_key(key) == bounded_key(key)
    assert bounded_key(key) != bounded_key(key + "x")


def test_a_key_that_fits_is_kept() -> None:
    assert bounded_key("x" * MAX_LENGTH) == "x" * MAX_LENGTH
