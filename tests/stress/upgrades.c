/* SPDX-License-Identifier: MIT */
/* The plugin of an executor is replaced again and again while runs go through it: none is lost, doubled
 * or fails, and both versions are seen.
 *
 *   upgrades [UPGRADES [RATE]]     100 10000: so many upgrades, under so many runs per second */
#include <execz/execz.h>

#include <glib.h>

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PERIOD_MS 20
#define PATIENCE (60 * G_USEC_PER_SEC)

typedef struct stress {
    execz_scheduler *scheduler;
    char *directory, *place; /* owned */
    uint64_t submitted, ended, failed, of_version[2];
    uint32_t upgraded;
} stress;

/* Every run time is told as submitted once and as ended once, with the version as its value. */
static void
hear(void *user, const execz_event *event)
{
    stress *self = user;

    if (event->code == EXECZ_EVENT_TASK_SUBMITTED) {
        self->submitted += event->n_run_times;
        return;
    }
    self->ended += event->n_run_times;
    if (event->code != EXECZ_EVENT_TASK_EXECUTED) {
        if (self->failed++ < 10) {
            fprintf(stderr, "fault: %s %s\n", execz_event_name(event->code),
                    event->message == NULL ? "" : event->message);
        }
        return;
    }
    self->of_version[event->result->value[1] == '2']++;
}

static void
hear_log(void *user, uint32_t level, const char *message)
{
    stress *self = user;

    self->upgraded += g_str_has_prefix(message, "executor upgraded ");
    if (level >= EXECZ_LOG_WARNING) {
        fprintf(stderr, "%s\n", message);
    }
}

static void
must(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "fault: %s\n", what);
        exit(1);
    }
}

static void
install(stress *self, uint32_t number)
{
    g_autofree char *built =
        g_strdup_printf(EXECZ_TEST_PLUGIN_DIR "/generation_%u.so", 1 + number % 2);
    g_autofree char *fresh = g_strdup_printf("%s.new", self->place);
    g_autofree char *bytes = NULL;
    gsize length;

    must(g_file_get_contents(built, &bytes, &length, NULL), built);
    bytes = g_realloc(bytes, length + sizeof number);
    memcpy(bytes + length, &number, sizeof number); /* what is behind the sections is nobody's */
    must(g_file_set_contents(fresh, bytes, (gssize)(length + sizeof number), NULL), fresh);
    must(chmod(fresh, 0644) == 0 && rename(fresh, self->place) == 0, "cannot install");
}

static void
make_scheduler(stress *self)
{
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    const char *path[] = {self->directory, NULL};
    execz_error err = EXECZ_ERROR_INIT;

    options.plugin_path = path;
    options.watch_plugins = 1;
    options.log = hear_log;
    options.log_user = self;
    self->scheduler = execz_scheduler_new(&options, &err);
    must(self->scheduler != NULL, err.message);
    must(execz_scheduler_add_executor(self->scheduler, "default", "generation", NULL, 0, &err) ==
             EXECZ_OK,
         err.message);
    must(execz_scheduler_add_listener(
             self->scheduler, EXECZ_EVENT_TASK_SUBMITTED | EXECZ_EVENT_TERMINAL, hear, self) != 0,
         "no listener");
}

static void
add_tasks(stress *self, uint32_t rate)
{
    for (uint32_t i = 0; i < MAX(1, rate * PERIOD_MS / 1000); i++) {
        g_autofree char *id = g_strdup_printf("t%u", i);
        execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
        execz_error err = EXECZ_ERROR_INIT;

        spec.id = id;
        spec.trigger = "interval(seconds=0.02)";
        spec.shell = "true"; /* the plugin does not run it */
        spec.max_instances = 1000;
        spec.coalesce = EXECZ_COALESCE_NONE; /* each run time is a run, however late */
        must(execz_scheduler_add_task(self->scheduler, &spec, &err) == EXECZ_OK, err.message);
    }
}

/* Dispatches until that many upgrades were made, or for so long. */
static void
turn(stress *self, uint32_t upgrades, gint64 duration)
{
    struct pollfd ready = {.fd = execz_scheduler_fd(self->scheduler), .events = POLLIN};
    gint64 end = g_get_monotonic_time() + duration;

    while (self->upgraded < upgrades && g_get_monotonic_time() < end) {
        (void)poll(&ready, 1, 100);
        execz_scheduler_dispatch(self->scheduler);
    }
}

int
main(int argc, char **argv)
{
    uint32_t upgrades = argc > 1 ? (uint32_t)atol(argv[1]) : 100;
    uint32_t rate = argc > 2 ? (uint32_t)atol(argv[2]) : 10000;
    stress self = {.directory = g_dir_make_tmp("execz-upgrades-XXXXXX", NULL)};
    gint64 began;

    self.place = g_build_filename(self.directory, "generation.so", NULL);
    install(&self, 0);
    make_scheduler(&self);
    add_tasks(&self, rate);
    must(execz_scheduler_start(self.scheduler, NULL) == EXECZ_OK, "cannot start");
    began = g_get_monotonic_time();
    turn(&self, UINT32_MAX, G_USEC_PER_SEC / 10);
    for (uint32_t i = 1; i <= upgrades; i++) {
        install(&self, i);
        turn(&self, i, PATIENCE);
        must(self.upgraded == i, "an upgrade did not come");
    }
    turn(&self, UINT32_MAX, G_USEC_PER_SEC / 10);
    began = g_get_monotonic_time() - began;
    must(execz_scheduler_shutdown(self.scheduler, 0, -1, NULL) == EXECZ_OK, "cannot shut down");
    execz_scheduler_free(self.scheduler);
    printf("%u upgrades, %" G_GUINT64_FORMAT " runs, %" G_GUINT64_FORMAT
           " a second; by version 1: %" G_GUINT64_FORMAT ", by version 2: %" G_GUINT64_FORMAT
           "; not ended: %" G_GINT64_FORMAT ", failed: %" G_GUINT64_FORMAT "\n",
           upgrades, self.ended, self.ended * G_USEC_PER_SEC / (guint64)began, self.of_version[0],
           self.of_version[1], (gint64)(self.submitted - self.ended), self.failed);
    (void)remove(self.place);
    (void)rmdir(self.directory);
    g_free(self.place);
    g_free(self.directory);
    return self.failed > 0 || self.submitted != self.ended || self.of_version[0] == 0 ||
           self.of_version[1] == 0;
}
