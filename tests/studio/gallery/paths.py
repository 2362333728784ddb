"""Which steps a dry run of each flow goes through with its own sample, and what other events lead to."""

from typing import Any

#: By the flow: the steps in their order, each once however often a list goes there.
PATHS = {
    "90-day-renewal-reminder": "conditions a1 a2 a3",
    "a-payment-to-four-systems": "amount send hubspot slack sheet payment results",
    "abandoned-cart-recovery": "orders completed wait_1 reminder wait_2 discount wait_3 last_chance mark",
    "approve-expenses": "approval a2 a3",
    "clean-up-old-trials": "old each_user safe archive anonymise files keep cleaned freed list tell",
    "daily-revenue-report": "deals sums a3",
    "database-into-a-sheet": "begun since changed rows each_row find known append all_went_well remember",
    "enrich-all-contacts-100-a-minute": "contacts each_contact look_up store summary",
    "enrich-new-leads": "domain private clearbit company facts score save team sales",
    "escalate-open-tickets": "open each_ticket level tell_lead mark_1 tell_customer",
    "failed-payment-follow-up": "conditions a1 a2 a3",
    "find-duplicate-contacts": "contact new_domain new_phone new_initial search others each_match match_phone "
    "match_domain match_initial alike sure review log",
    "first-answer-to-support-tickets": "answer urgent tell today",
    "fulfil-orders": "lines stocked ship reorder tell",
    "high-value-deal-alert": "conditions a1 a2 a3 a4",
    "lead-alert-by-priority": "enrich score route shout text_vp opportunity log",
    "lead-nurture-drip": "first booked sales",
    "metering-failure-escalation": "conditions a1 a2 a3",
    "new-customer-onboarding": "a1 a2 a3 a4 a5",
    "one-profile-from-four-systems": "ask contact subscription tickets usage profile scores health store notion",
    "post-to-all-channels": "post short x linkedin facebook has_image instagram keep tell",
    "publish-posts-that-are-ready": "ready each_post complete image publish mark tell",
    "review-content": "review a2",
    "score-and-route-leads": "score keep tier to_enterprise call_soon tell crm",
    "tickets-close-to-their-deadline": "open each_ticket left how_close urgent seen manager mark_urgent",
    "two-crms-in-step": "facts since echo direction find_salesforce in_salesforce newer_than_salesforce "
    "update_salesforce note",
    "unusual-numbers-alert": "current history deviation last_alert unusual changes tell incident remember",
}

_POST = {"id": "p-8", "title": "Half a post", "author": {"name": "Jo", "email": "jo@company.example"}}
_JOHN = {"id": "c-1", "first_name": "John", "last_name": "Doe", "company": "Fabrikam", "phone": "1-555-0100"}
_TICKET = {"id": 7, "customer": "Fabrikam", "tags": ["escalated_L1"], "escalated_at": "2026-11-20T09:00:00Z"}

#: The flow, what its sample has instead, what its steps answer instead, and the step that it comes to.
OTHERWISE: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("two-crms-in-step", {"last_synced_at": "2026-11-20T10:00:00Z"}, {}, "ours"),
    # Somebody changed it after the flow had written it.
    ("two-crms-in-step", {"last_synced_at": "2026-11-20T09:50:00Z"}, {}, "update_salesforce"),
    ("two-crms-in-step", {"modified_at": "2026-11-17T08:00:00Z"}, {}, "older"),
    ("two-crms-in-step", {"system": "salesforce"}, {}, "create_hubspot"),
    ("two-crms-in-step", {"system": "pipedrive"}, {}, "unknown"),
    ("database-into-a-sheet", {}, {"find": {"rows": [{"number": 4}]}}, "update"),
    ("unusual-numbers-alert", {}, {"current": {"count": 44}}, "log"),
    # The same number in each of the weeks: nothing to divide by.
    ("unusual-numbers-alert", {}, {"history": {"windows": [{"count": 5}, {"count": 5}]}}, "log"),
    ("find-duplicate-contacts", {}, {"search": {"contacts": []}}, "log"),
    ("find-duplicate-contacts", {}, {"search": {"contacts": [{"id": "c-902"}]}}, "log"),
    (
        "find-duplicate-contacts",
        {},
        {"search": {"contacts": [{**_JOHN, "email": "jd@fabrikam.example"}]}},
        "merge_them",
    ),
    ("clean-up-old-trials", {}, {"old": {"users": []}}, "tell"),
    ("publish-posts-that-are-ready", {}, {"ready": {"posts": [_POST]}}, "ask"),
    ("post-to-all-channels", {"image": ""}, {}, "no_image"),
    ("score-and-route-leads", {"company_size": 60}, {}, "call"),
    ("score-and-route-leads", {"company_size": 5, "role": "Intern"}, {}, "nurture"),
    ("escalate-open-tickets", {}, {"open": {"tickets": [_TICKET]}}, "incident"),
]
