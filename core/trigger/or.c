/* SPDX-License-Identifier: MIT */
/* Each trigger within keeps its own phase: it is asked for itself, never from a fire time of
 * another one.  What several have in common is one fire time.
 *
 * Fire times are counted by walking from one to the next, because those that several have in common
 * count once.  When the steps are used up, the rest is what the trigger that fires most often
 * counts alone: at least so many, and at the same cost whatever was missed. */
#include "trigger/or.h"

#include "trigger/combine.h"

static execz_status
or_build(ez_build *build, const ez_syntax_call *call, ez_trigger **trigger_out)
{
    g_autoptr(ez_trigger) trigger = NULL;
    execz_status status =
        ez_combination_build(build, call, &ez_or_kind, sizeof(ez_combination), &trigger);

    if (status == EXECZ_OK) {
        status = ez_combination_check_bounds(build, call, trigger);
    }
    if (status == EXECZ_OK) {
        *trigger_out = g_steal_pointer(&trigger);
    }
    return status;
}

/* Of two at the same time the sure one is right. */
static ez_found
or_next(const ez_trigger *self, execz_time after, unsigned *steps)
{
    const GPtrArray *children = ((const ez_combination *)self)->children;
    ez_found first = {EXECZ_TIME_NEVER, true};

    for (guint i = 0; i < children->len; i++) {
        ez_found found = ez_trigger_search_next(children->pdata[i], after, steps);

        if (found.time < first.time || (found.time == first.time && found.sure)) {
            first = found;
        }
    }
    return first;
}

static ez_found
or_last(const ez_trigger *self, execz_time until, unsigned *steps)
{
    const GPtrArray *children = ((const ez_combination *)self)->children;
    ez_found last = {EZ_TIME_NONE, true};

    for (guint i = 0; i < children->len; i++) {
        ez_found found = ez_trigger_search_last(children->pdata[i], until, steps);

        if (found.time > last.time || (found.time == last.time && found.sure)) {
            last = found;
        }
    }
    return last;
}

/* Once there are no steps left, of the first alone: each count may cost hundreds of steps. */
static uint64_t
count_of_busiest(const ez_trigger *self, execz_time after, execz_time until, uint64_t limit,
                 unsigned *steps)
{
    const GPtrArray *children = ((const ez_combination *)self)->children;
    uint64_t n = 0;

    for (guint i = 0; i < children->len && (i == 0 || *steps > 0); i++) {
        uint64_t alone = ez_trigger_search_count(children->pdata[i], after, until, limit, steps);

        n = MAX(n, alone);
    }
    return n;
}

static uint64_t
or_count(const ez_trigger *self, execz_time after, execz_time until, uint64_t limit,
         unsigned *steps)
{
    const GPtrArray *children = ((const ez_combination *)self)->children;
    uint64_t n = 0;

    if (children->len == 1) {
        return count_of_busiest(self, after, until, limit, steps);
    }
    while (*steps > 0 && n < limit) {
        ez_found found = or_next(self, after, steps);

        if (found.time > until) {
            return n;
        }
        n += found.sure;
        after = found.sure ? found.time : found.time - 1;
    }
    return n + count_of_busiest(self, after, until, limit - n, steps);
}

static bool
or_at_shutdown(const ez_trigger *self)
{
    const GPtrArray *children = ((const ez_combination *)self)->children;

    for (guint i = 0; i < children->len; i++) {
        if (ez_trigger_at_shutdown(children->pdata[i])) {
            return true;
        }
    }
    return false;
}

static const ez_search search = {or_next, or_last, or_count};

const ez_trigger_kind ez_or_kind = {
    .name = "or",
    .build = or_build,
    .search = &search,
    .format = ez_combination_format,
    .deinit = ez_combination_deinit,
    .at_shutdown = or_at_shutdown,
};
