/* SPDX-License-Identifier: MIT */
#include "task/retry.h"

#include "base/error.h"
#include "task/spread.h"

#include <inttypes.h>

static const execz_duration default_delay = EXECZ_SECOND;
static const execz_duration default_max_delay = EXECZ_HOUR;
static const uint32_t default_factor = 200;

/* ---- checking -------------------------------------------------------------------------------- */

static bool
check_limit(const execz_task_spec *spec, const char *what, uint64_t value, uint64_t limit,
            execz_error *err)
{
    if (value > limit) {
        ez_fail(err, EXECZ_E_LIMIT, "%s of task '%s' is %" PRIu64 "; the limit is %" PRIu64, what,
                spec->id, value, limit);
        return false;
    }
    return true;
}

static bool
check_delay(const execz_task_spec *spec, const char *what, execz_duration delay, execz_error *err)
{
    if (delay < 0 && delay != EXECZ_UNSET) {
        ez_fail(err, EXECZ_E_INVAL, "%s of task '%s' is negative", what, spec->id);
        return false;
    }
    return true;
}

/* What spec says or, where it says nothing, what holds then; without the statuses. */
static void
fill(ez_retry_policy *self, const execz_task_spec *spec)
{
    execz_duration max_delay = spec->retry_max_delay;
    execz_duration delay = spec->retry_delay;

    if (max_delay == EXECZ_UNSET) {
        max_delay = MAX(default_max_delay, delay);
    }
    *self = (ez_retry_policy){
        .max_attempts = MAX(1, spec->max_attempts),
        .on = spec->retry_on != 0 ? spec->retry_on : EXECZ_RETRY_ON_ALL,
        .delay = delay != EXECZ_UNSET ? delay : MIN(default_delay, max_delay),
        .max_delay = max_delay,
        .factor = spec->retry_factor != 0 ? spec->retry_factor : default_factor,
        .jitter = spec->retry_jitter,
        .n_never = (uint32_t)spec->n_retry_never,
    };
}

static bool
check_delays(const execz_task_spec *spec, execz_error *err)
{
    ez_retry_policy policy;

    if (!check_delay(spec, "retry_delay", spec->retry_delay, err) ||
        !check_delay(spec, "retry_max_delay", spec->retry_max_delay, err)) {
        return false;
    }
    fill(&policy, spec);
    if (policy.delay > policy.max_delay) {
        ez_fail(err, EXECZ_E_INVAL,
                "retry_delay of task '%s' is longer than its retry_max_delay; raise that as well",
                spec->id);
        return false;
    }
    return true;
}

bool
ez_retry_check(const execz_task_spec *spec, execz_error *err)
{
    if (spec->retry_on > EXECZ_RETRY_ON_ALL) {
        ez_fail(err, EXECZ_E_INVAL, "retry_on of task '%s' is %u, which is not of EXECZ_RETRY_ON_*",
                spec->id, spec->retry_on);
        return false;
    }
    if (spec->retry_factor != 0 && spec->retry_factor < 100) {
        ez_fail(err, EXECZ_E_INVAL,
                "retry_factor of task '%s' is %u percent; it must be 100 or more, as delays do not "
                "become shorter",
                spec->id, spec->retry_factor);
        return false;
    }
    if (spec->retry_never == NULL && spec->n_retry_never != 0) {
        ez_fail(err, EXECZ_E_INVAL, "n_retry_never of task '%s' is set, and retry_never is NULL",
                spec->id);
        return false;
    }
    return check_limit(spec, "max_attempts", spec->max_attempts, EXECZ_ATTEMPTS_MAX, err) &&
           check_limit(spec, "retry_factor", spec->retry_factor, EXECZ_RETRY_FACTOR_MAX, err) &&
           check_limit(spec, "retry_jitter", spec->retry_jitter, 100, err) &&
           check_limit(spec, "n_retry_never", spec->n_retry_never, EXECZ_RETRY_NEVER_MAX, err) &&
           check_delays(spec, err);
}

static bool
is_wanted(const execz_task_spec *spec)
{
    return (spec->max_attempts | spec->retry_on | spec->retry_factor | spec->retry_jitter) != 0 ||
           spec->retry_delay != EXECZ_UNSET || spec->retry_max_delay != EXECZ_UNSET ||
           spec->n_retry_never != 0;
}

ez_retry_policy *
ez_retry_policy_new(const execz_task_spec *spec)
{
    ez_retry_policy *self;

    if (!is_wanted(spec)) {
        return NULL;
    }
    self = g_malloc(sizeof *self + spec->n_retry_never * sizeof self->never[0]);
    fill(self, spec);
    for (uint32_t i = 0; i < self->n_never; i++) {
        self->never[i] = spec->retry_never[i];
    }
    return self;
}

void
ez_retry_policy_get_spec(const ez_retry_policy *self, execz_task_spec *spec)
{
    spec->max_attempts = self->max_attempts;
    spec->retry_on = self->on;
    spec->retry_factor = self->factor;
    spec->retry_jitter = self->jitter;
    spec->retry_delay = self->delay;
    spec->retry_max_delay = self->max_delay;
    spec->retry_never = self->never;
    spec->n_retry_never = self->n_never;
}

/* ---- deciding -------------------------------------------------------------------------------- */

static bool
is_final(const ez_retry_policy *self, int32_t exit_status)
{
    for (uint32_t i = 0; i < self->n_never; i++) {
        if (self->never[i] == exit_status) {
            return true;
        }
    }
    return false;
}

bool
ez_retry_applies(const ez_retry_policy *self, uint32_t attempt, const ez_outcome *outcome)
{
    if (attempt >= self->max_attempts) {
        return false;
    }
    switch (outcome->outcome) {
    case EXECZ_OUTCOME_ERROR:
        return (self->on & EXECZ_RETRY_ON_ERROR) != 0 && !is_final(self, outcome->exit_status);
    case EXECZ_OUTCOME_TIMEOUT:
        return (self->on & EXECZ_RETRY_ON_TIMEOUT) != 0;
    case EXECZ_OUTCOME_LOST:
        return (self->on & EXECZ_RETRY_ON_LOST) != 0;
    default:
        return false;
    }
}

/* Multiplies step by step and stops at the limit, so that nothing overflows. */
static execz_duration
grow(const ez_retry_policy *self, uint32_t attempt)
{
    execz_duration delay = self->delay;

    if (self->factor == 100 || delay == 0) {
        return delay;
    }
    for (uint32_t i = 1; i < attempt && delay < self->max_delay; i++) {
        double longer = (double)delay * self->factor / 100;

        delay = longer >= (double)self->max_delay ? self->max_delay : (execz_duration)longer;
    }
    return delay;
}

execz_duration
ez_retry_delay(const ez_retry_policy *self, uint32_t attempt, uint64_t seed)
{
    execz_duration delay = grow(self, attempt);
    uint64_t most = (uint64_t)delay / 100 * self->jitter; /* by so much it may be shorter */

    return delay - (execz_duration)(ez_spread(seed + attempt) % (most + 1));
}
