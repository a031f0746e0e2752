/* SPDX-License-Identifier: MIT */
/* No scheduler runs: what would keep one from starting, and the store as it lies there. */
#include "doctor.h"

#include "places.h"

#include <string.h>

#include <execz/config.h>
#include <execz/state.h>

typedef struct problems {
    ez_findings *findings;
    const char *config;
} problems;

static void
find_problem(void *user, const execz_problem *problem)
{
    const problems *self = user;
    g_autofree char *mend =
        g_strdup_printf("change it; execz check %s says whether it is right", self->config);

    if (problem->file != NULL && problem->line > 0) {
        ez_find(self->findings, mend, "%s:%u:%u: %s", problem->file, problem->line, problem->column,
                problem->message);
    } else {
        ez_find(self->findings, mend, "%s: %s",
                problem->file == NULL ? self->config : problem->file, problem->message);
    }
}

static void
be_silent(void *user, uint32_t level, const char *message)
{
    (void)user;
    (void)level;
    (void)message;
}

static void
find_quarantined(void *user, const execz_quarantined_task *task)
{
    ez_doctor_find_quarantined(user, task->task, task->reason);
}

static execz_scheduler *
make(ez_findings *self, const char *config, const char *state_dir, const char *fallback)
{
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    problems told = {self, config};
    execz_error err = EXECZ_ERROR_INIT;
    execz_scheduler *scheduler;
    size_t before = json_array_size(self->list);

    options.log = be_silent;
    options.state_dir = state_dir;
    options.fallback_state_dir = fallback;
    scheduler = config == NULL
                    ? execz_scheduler_new(&options, &err)
                    : execz_scheduler_new_from_file(config, &options, find_problem, &told, &err);
    if (scheduler == NULL && json_array_size(self->list) == before) {
        ez_find(self, "do what it says", "%s", err.message);
    }
    return scheduler;
}

/* What was never there is not made. */
static void
look_at_store(ez_findings *self, execz_scheduler *scheduler)
{
    execz_store_info info = {.size = sizeof info};
    execz_error err = EXECZ_ERROR_INIT;

    execz_scheduler_get_store(scheduler, &info);
    if (info.state_dir != NULL && g_file_test(info.state_dir, G_FILE_TEST_IS_DIR) &&
        execz_scheduler_inspect_store(scheduler, find_quarantined, self, &err) != EXECZ_OK) {
        ez_find(self, "do what it says", "%s", err.message);
    }
}

void
ez_doctor_look_offline(ez_findings *self, const char *config, const char *state_dir)
{
    g_autofree char *usual = config == NULL ? ez_places_config() : NULL;
    g_autofree char *fallback = ez_places_state_dir();
    g_autofree char *named = state_dir == NULL ? NULL : g_canonicalize_filename(state_dir, NULL);
    execz_scheduler *scheduler = make(self, config == NULL ? usual : config, named, fallback);

    if (scheduler != NULL) {
        look_at_store(self, scheduler);
        execz_scheduler_free(scheduler);
    }
}
