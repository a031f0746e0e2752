/* SPDX-License-Identifier: MIT */
#include "daemon/histogram.h"

#include <inttypes.h>

#define MS EXECZ_MILLISECOND
#define S EXECZ_SECOND

/* From what a timer takes to what a backup takes. */
static const execz_duration bounds[EZ_HISTOGRAM_BOUNDS] = {
    MS / 2,   MS, 2 * MS,        5 * MS, 10 * MS, 25 * MS, 50 * MS, 100 * MS,
    250 * MS, S,  2 * S + S / 2, 10 * S, 30 * S,  60 * S,  600 * S, 3600 * S,
};

void
ez_histogram_add(ez_histogram *self, execz_duration duration)
{
    size_t at = 0;

    while (at < EZ_HISTOGRAM_BOUNDS && duration > bounds[at]) {
        at++;
    }
    atomic_fetch_add_explicit(&self->counts[at], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&self->sum, MAX(0, duration), memory_order_relaxed);
}

void
ez_histogram_append_seconds(GString *out, execz_duration duration)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append(out, g_ascii_formatd(number, sizeof number, "%.9g",
                                         (double)duration / (double)EXECZ_SECOND));
}

void
ez_histogram_append(const ez_histogram *self, const char *name, GString *out)
{
    uint64_t count = 0;

    for (size_t i = 0; i <= EZ_HISTOGRAM_BOUNDS; i++) {
        count += atomic_load_explicit(&self->counts[i], memory_order_relaxed);
        g_string_append_printf(out, "%s_bucket{le=\"", name);
        if (i < EZ_HISTOGRAM_BOUNDS) {
            ez_histogram_append_seconds(out, bounds[i]);
        } else {
            g_string_append(out, "+Inf");
        }
        g_string_append_printf(out, "\"} %" PRIu64 "\n", count);
    }
    g_string_append_printf(out, "%s_sum ", name);
    ez_histogram_append_seconds(out, atomic_load_explicit(&self->sum, memory_order_relaxed));
    g_string_append_printf(out, "\n%s_count %" PRIu64 "\n", name, count);
}
