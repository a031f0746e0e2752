/* SPDX-License-Identifier: MIT */
#include "executor/isolation.h"

#include <string.h>

static const execz_option options[] = {
    EXECZ_OPTION(CHOICE, 0, "isolation", "none", "none|process",
                 "Where its plugin runs: in the scheduler's process, or in one of its own"),
    EXECZ_OPTION(INT, 0, "isolation_crashes", "5", "0..64",
                 "After so many crashes within isolation_window it is not started again; 0: it "
                 "always is"),
    EXECZ_OPTION(DURATION, 0, "isolation_window", "10m", "1s..30d",
                 "The time within which isolation_crashes crashes are too many"),
    EXECZ_OPTION(DURATION, 0, "isolation_delay", "100ms", "1ms..1h",
                 "From a crash to the next start; each further crash soon after doubles it"),
    EXECZ_OPTION(DURATION, 0, "isolation_max_delay", "30s", "1ms..1d",
                 "No start waits longer than this, or than isolation_delay if that is longer"),
    EXECZ_OPTION(DURATION, 0, "isolation_patience", "30s", "0s..1d",
                 "A call of the plugin that takes longer counts as a crash; 0: it may take as "
                 "long as it likes"),
};

bool
ez_isolation_owns(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        if (strcmp(options[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* So that a slip of the pen behind these letters is told from these names. */
static bool
is_asked_for(const ez_options_source *source)
{
    for (size_t i = 0; i < source->n_settings; i++) {
        if (g_str_has_prefix(source->settings[i].key, "isol")) {
            return true;
        }
    }
    return false;
}

ez_options *
ez_isolation_check(const ez_option_table *declared, const ez_options_source *source,
                   ez_report *report)
{
    size_t n = declared->n;
    g_autofree execz_option *all = NULL;

    if (!is_asked_for(source)) {
        return ez_options_check(declared->option, n, source, report);
    }
    all = g_new(execz_option, n + G_N_ELEMENTS(options));
    if (n > 0) {
        memcpy(all, declared->option, n * sizeof *all);
    }
    memcpy(all + n, options, sizeof options);
    return ez_options_check(all, n + G_N_ELEMENTS(options), source, report);
}

static int64_t
value_of(const ez_options *checked, const char *name)
{
    int64_t value = 0;

    (void)ez_options_get_i64(checked, name, &value);
    return value;
}

void
ez_isolation_get(const ez_options *checked, ez_isolation *isolation_out)
{
    *isolation_out = (ez_isolation){0};
    if (checked == NULL || g_strcmp0(ez_options_get(checked, "isolation"), "process") != 0) {
        return;
    }
    isolation_out->process = true;
    isolation_out->crashes = (uint32_t)value_of(checked, "isolation_crashes");
    isolation_out->window = value_of(checked, "isolation_window");
    isolation_out->delay = value_of(checked, "isolation_delay");
    isolation_out->max_delay = MAX(isolation_out->delay, value_of(checked, "isolation_max_delay"));
    isolation_out->patience = value_of(checked, "isolation_patience");
}
