/* SPDX-License-Identifier: MIT */
#include "task/retry.h"

#include "tasks.h"

#include <string.h>

static ez_retry_policy *
policy_of(const execz_task_spec *spec)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(ez_retry_check(spec, &err), "%s", err.message);
    return ez_retry_policy_new(spec);
}

static execz_task_spec
three_attempts(void)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.max_attempts = 3;
    return spec;
}

/* ---- whether --------------------------------------------------------------------------------- */

static bool
applies(const ez_retry_policy *policy, uint32_t attempt, uint32_t outcome, int32_t exit_status)
{
    ez_outcome ended = {.outcome = outcome, .exit_status = exit_status};

    return ez_retry_applies(policy, attempt, &ended);
}

Test(retry, a_spec_that_says_nothing_of_attempts_has_no_policy)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    cr_expect(eq(ptr, policy_of(&spec), NULL));
}

Test(retry, errors_timeouts_and_losses_are_attempted_again_and_nothing_else)
{
    execz_task_spec spec = three_attempts();
    g_autofree ez_retry_policy *policy = policy_of(&spec);

    cr_expect(applies(policy, 1, EXECZ_OUTCOME_ERROR, 1));
    cr_expect(applies(policy, 1, EXECZ_OUTCOME_TIMEOUT, -1));
    cr_expect(applies(policy, 1, EXECZ_OUTCOME_LOST, -1));
    cr_expect(not(applies(policy, 1, EXECZ_OUTCOME_OK, 0)));
    cr_expect(not(applies(policy, 1, EXECZ_OUTCOME_MISSED, -1)));
    cr_expect(not(applies(policy, 1, EXECZ_OUTCOME_CANCELLED, -1)));
}

Test(retry, the_last_attempt_is_the_last)
{
    execz_task_spec spec = three_attempts();
    g_autofree ez_retry_policy *policy = policy_of(&spec);

    cr_expect(applies(policy, 2, EXECZ_OUTCOME_ERROR, 1));
    cr_expect(not(applies(policy, 3, EXECZ_OUTCOME_ERROR, 1)));
}

Test(retry, only_what_was_chosen_is_attempted_again)
{
    execz_task_spec spec = three_attempts();
    g_autofree ez_retry_policy *policy = NULL;

    spec.retry_on = EXECZ_RETRY_ON_LOST;
    policy = policy_of(&spec);
    cr_expect(applies(policy, 1, EXECZ_OUTCOME_LOST, -1));
    cr_expect(not(applies(policy, 1, EXECZ_OUTCOME_ERROR, 1)));
    cr_expect(not(applies(policy, 1, EXECZ_OUTCOME_TIMEOUT, -1)));
}

Test(retry, some_exit_statuses_are_never_attempted_again)
{
    static const int32_t never[] = {2, EXECZ_E_INVAL};
    execz_task_spec spec = three_attempts();
    g_autofree ez_retry_policy *policy = NULL;

    spec.retry_never = never;
    spec.n_retry_never = G_N_ELEMENTS(never);
    policy = policy_of(&spec);
    cr_expect(not(applies(policy, 1, EXECZ_OUTCOME_ERROR, 2)));
    cr_expect(not(applies(policy, 1, EXECZ_OUTCOME_ERROR, EXECZ_E_INVAL)));
    cr_expect(applies(policy, 1, EXECZ_OUTCOME_ERROR, 1));
    cr_expect(applies(policy, 1, EXECZ_OUTCOME_TIMEOUT, 2), "it did not exit by itself");
}

/* ---- when ------------------------------------------------------------------------------------ */

Test(retry, a_delay_doubles_from_one_second_to_an_hour)
{
    execz_task_spec spec = three_attempts();
    g_autofree ez_retry_policy *policy = policy_of(&spec);

    cr_expect(eq(i64, ez_retry_delay(policy, 1, 0), EXECZ_SECOND));
    cr_expect(eq(i64, ez_retry_delay(policy, 2, 0), 2 * EXECZ_SECOND));
    cr_expect(eq(i64, ez_retry_delay(policy, 5, 0), 16 * EXECZ_SECOND));
    cr_expect(eq(i64, ez_retry_delay(policy, 13, 0), EXECZ_HOUR));
    cr_expect(eq(i64, ez_retry_delay(policy, EXECZ_ATTEMPTS_MAX, 0), EXECZ_HOUR));
}

Test(retry, a_delay_grows_by_its_factor_up_to_its_limit)
{
    execz_task_spec spec = three_attempts();
    g_autofree ez_retry_policy *policy = NULL;

    spec.retry_delay = 10 * EXECZ_SECOND;
    spec.retry_factor = 150;
    spec.retry_max_delay = 20 * EXECZ_SECOND;
    policy = policy_of(&spec);
    cr_expect(eq(i64, ez_retry_delay(policy, 1, 0), 10 * EXECZ_SECOND));
    cr_expect(eq(i64, ez_retry_delay(policy, 2, 0), 15 * EXECZ_SECOND));
    cr_expect(eq(i64, ez_retry_delay(policy, 3, 0), 20 * EXECZ_SECOND));
}

Test(retry, a_factor_of_100_percent_is_a_constant_delay)
{
    execz_task_spec spec = three_attempts();
    g_autofree ez_retry_policy *policy = NULL;

    spec.retry_factor = 100;
    policy = policy_of(&spec);
    cr_expect(eq(i64, ez_retry_delay(policy, EXECZ_ATTEMPTS_MAX, 0), EXECZ_SECOND));
}

Test(retry, the_largest_delay_does_not_overflow)
{
    execz_task_spec spec = three_attempts();
    g_autofree ez_retry_policy *policy = NULL;

    spec.retry_delay = EXECZ_DAY;
    spec.retry_max_delay = INT64_MAX;
    spec.retry_jitter = 100;
    policy = policy_of(&spec);
    for (uint32_t attempt = 1; attempt < 100; attempt++) {
        cr_expect(ge(i64, ez_retry_delay(policy, attempt, attempt), 0));
    }
}

Test(retry, jitter_makes_a_delay_shorter_by_up_to_its_share_and_always_by_the_same)
{
    execz_task_spec spec = three_attempts();
    g_autofree ez_retry_policy *policy = NULL;
    execz_duration shortest = EXECZ_SECOND, longest = 0;

    spec.retry_jitter = 20;
    policy = policy_of(&spec);
    for (uint64_t seed = 0; seed < 1000; seed++) {
        execz_duration delay = ez_retry_delay(policy, 1, seed);

        cr_expect(eq(i64, delay, ez_retry_delay(policy, 1, seed)));
        shortest = MIN(shortest, delay);
        longest = MAX(longest, delay);
    }
    cr_expect(all(ge(i64, shortest, 800 * EXECZ_MILLISECOND), le(i64, longest, EXECZ_SECOND)));
    cr_expect(
        all(lt(i64, shortest, 810 * EXECZ_MILLISECOND), gt(i64, longest, 990 * EXECZ_MILLISECOND)));
}

/* ---- what is wrong --------------------------------------------------------------------------- */

Test(retry, attempts_have_a_limit)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.max_attempts = EXECZ_ATTEMPTS_MAX + 1;
    expect_refused(&spec, EXECZ_E_LIMIT,
                   "max_attempts of task 'backup' is 10001; the limit is 10000");
}

Test(retry, what_it_is_on_is_of_three)
{
    execz_task_spec spec = three_attempts();

    spec.retry_on = 8;
    expect_refused(&spec, EXECZ_E_INVAL,
                   "retry_on of task 'backup' is 8, which is not of EXECZ_RETRY_ON_*");
}

Test(retry, a_factor_makes_nothing_shorter)
{
    execz_task_spec spec = three_attempts();

    spec.retry_factor = 2;
    expect_refused(&spec, EXECZ_E_INVAL,
                   "retry_factor of task 'backup' is 2 percent; it must be 100 or more, as delays "
                   "do not become shorter");
    spec.retry_factor = EXECZ_RETRY_FACTOR_MAX + 1;
    expect_refused(&spec, EXECZ_E_LIMIT,
                   "retry_factor of task 'backup' is 10001; the limit is 10000");
}

Test(retry, jitter_is_a_share)
{
    execz_task_spec spec = three_attempts();

    spec.retry_jitter = 101;
    expect_refused(&spec, EXECZ_E_LIMIT, "retry_jitter of task 'backup' is 101; the limit is 100");
}

Test(retry, delays_are_not_negative)
{
    execz_task_spec spec = three_attempts();

    spec.retry_delay = -1;
    expect_refused(&spec, EXECZ_E_INVAL, "retry_delay of task 'backup' is negative");
    spec.retry_delay = 0;
    spec.retry_max_delay = -1;
    expect_refused(&spec, EXECZ_E_INVAL, "retry_max_delay of task 'backup' is negative");
}

Test(retry, the_first_delay_is_not_longer_than_the_longest)
{
    execz_task_spec spec = three_attempts();

    spec.retry_delay = 2 * EXECZ_SECOND;
    spec.retry_max_delay = EXECZ_SECOND;
    expect_refused(&spec, EXECZ_E_INVAL,
                   "retry_delay of task 'backup' is longer than its retry_max_delay; raise that as "
                   "well");
}

Test(retry, statuses_have_a_limit_and_are_there)
{
    execz_task_spec spec = three_attempts();
    int32_t many[EXECZ_RETRY_NEVER_MAX + 1] = {0};

    spec.n_retry_never = 1;
    expect_refused(&spec, EXECZ_E_INVAL,
                   "n_retry_never of task 'backup' is set, and retry_never is NULL");
    spec.retry_never = many;
    spec.n_retry_never = G_N_ELEMENTS(many);
    expect_refused(&spec, EXECZ_E_LIMIT, "n_retry_never of task 'backup' is 257; the limit is 256");
}

Test(retry, a_task_keeps_its_policy_and_gives_it_back)
{
    static const int32_t never[] = {2, 3};
    execz_task_spec spec = three_attempts();
    execz_task_spec back = EXECZ_TASK_SPEC_INIT;
    g_autofree ez_retry_policy *policy = NULL;

    spec.retry_on = EXECZ_RETRY_ON_ERROR;
    spec.retry_factor = 300;
    spec.retry_jitter = 7;
    spec.retry_delay = 1;
    spec.retry_max_delay = 2;
    spec.retry_never = never;
    spec.n_retry_never = 2;
    policy = policy_of(&spec);
    ez_retry_policy_get_spec(policy, &back);
    cr_expect(all(eq(u32, back.max_attempts, 3), eq(u32, back.retry_on, EXECZ_RETRY_ON_ERROR)));
    cr_expect(all(eq(u32, back.retry_factor, 300), eq(u32, back.retry_jitter, 7)));
    cr_expect(all(eq(i64, back.retry_delay, 1), eq(i64, back.retry_max_delay, 2)));
    cr_assert(eq(u64, back.n_retry_never, 2));
    cr_expect(eq(int, memcmp(back.retry_never, never, sizeof never), 0));
}
