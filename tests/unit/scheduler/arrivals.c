/* SPDX-License-Identifier: MIT */
#include "scheduler/arrivals.h"

#include "generations.h"
#include "support/patience.h"

#include <poll.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* The next news of the watched directory, with nobody there who takes it. */
static GPtrArray *
await_news(generations *self)
{
    int64_t end = patience_ends();

    while (!ez_arrivals_any(self->scheduler->arrivals)) {
        cr_assert(not(patience_is_over(end)));
        (void)poll(NULL, 0, 1);
    }
    return ez_arrivals_take(self->scheduler->arrivals);
}

Test(arrivals, another_file_is_news_and_so_is_one_that_crashes_and_none)
{
    static const struct {
        const char *plugin;
        enum ez_arrival what;
    } steps[] = {
        {"generation_2", EZ_ARRIVAL_USABLE},
        {"generation_crash", EZ_ARRIVAL_BROKEN},
        {NULL, EZ_ARRIVAL_GONE},
    };
    generations *self = generations_new("generation_1");

    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_autoptr(GPtrArray) news = NULL;
        const ez_plugin_news *one;

        generations_install(self, steps[i].plugin);
        news = await_news(self);
        cr_assert(eq(uint, news->len, 1));
        one = news->pdata[0];
        cr_expect(all(eq(int, one->what, steps[i].what), eq(str, one->alias, (char *)"generation")),
                  "%s", one->why.message);
    }
    generations_install(self, "generation_1"); /* which the end removes */
    generations_free(self);
}

Test(arrivals, without_a_watch_there_is_none)
{
    cr_expect(not(ez_arrivals_any(NULL)));
    ez_arrivals_stop(NULL);
}
