"""The rows of the matrix for votes: who may open what; none is there under the matrix's id."""

from __future__ import annotations


def contest_pages(
    everybody: set[str], signed_in: set[str], keepers: set[str]
) -> dict[tuple[str, str], tuple[set[str], int]]:
    """Pages of votes; ``keepers`` may hold one somewhere."""
    counter = {"moderator", "moderator elsewhere", "coordinator"}
    return {
        ("GET", "voting.index"): (everybody, 200),
        ("GET", "voting.show"): (everybody, 404),
        ("GET", "voting.spec"): (everybody, 404),
        ("GET", "voting.own_place"): (signed_in, 404),
        ("POST", "voting.dispute"): (signed_in, 404),
        ("POST", "voting.choose"): (signed_in, 404),
        ("GET", "voting_named.give"): (signed_in, 404),
        ("POST", "voting_named.give"): (signed_in, 404),
        ("GET", "voting_named.judge"): (signed_in, 404),
        ("POST", "voting_named.judge"): (signed_in, 404),
        ("GET", "voting_ballot.ballot"): (signed_in, 404),
        ("POST", "voting_ballot.ballot"): (signed_in, 404),
        ("GET", "voting_ballot.receipt"): (signed_in, 404),
        ("GET", "voting_ballot.check"): (everybody, 404),
        ("POST", "voting_ballot.check"): (everybody, 404),
        ("GET", "verification.residents"): ({"operator"}, 200),
        ("POST", "verification.attest"): ({"operator"}, 404),
        ("GET", "verification.counter"): (counter, 200),
        ("POST", "verification.counter"): (counter, 422),
        ("POST", "verification.join"): (counter, 404),
        ("GET", "verification.person"): (counter, 404),
        ("POST", "verification.revoke"): (counter, 404),
        ("GET", "verification.quotas"): ({"planner", "coordinator"}, 200),
        ("POST", "verification.quotas"): ({"planner", "coordinator"}, 422),
        ("GET", "work_voting.index"): (keepers, 200),
        ("GET", "work_voting.create"): (keepers, 200),
        ("POST", "work_voting.create"): (keepers, 422),
        ("GET", "work_voting.edit"): (keepers, 404),
        ("POST", "work_voting.edit"): (keepers, 404),
        ("POST", "work_voting.pick"): (keepers, 404),
        ("POST", "work_voting.invite"): (keepers, 404),
        ("POST", "work_voting.publish"): (keepers, 404),
        ("POST", "work_voting.discard"): (keepers, 404),
        ("POST", "work_voting.decide"): (keepers, 404),
        ("POST", "work_voting.enrol"): (keepers, 404),
        ("POST", "work_voting.void"): (keepers, 404),
        ("GET", "voting_result.result"): (everybody, 404),
        ("GET", "voting_result.file"): (everybody, 404),
        ("GET", "voting_result.key"): (everybody, 200),
        ("GET", "work_result.show"): (keepers, 404),
        ("POST", "work_result.decide"): (keepers, 404),
        ("POST", "work_result.certify"): (keepers, 404),
    }
