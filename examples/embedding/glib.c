/* SPDX-License-Identifier: MIT */
/* A scheduler in a GLib program: tasks and the program's own timer take turns on one main loop. */
#include <glib.h>

#include <execz/execz.h>
#include <execz/glib.h>

#include <stdio.h>

typedef struct program {
    GMainLoop *loop;
    execz_scheduler *scheduler;
    int ticks;
} program;

static void
hear(void *user, const execz_event *event)
{
    program *self = user;

    if (event->code == EXECZ_EVENT_SCHEDULER_SHUTDOWN) {
        g_main_loop_quit(self->loop);
    } else {
        printf("%s: %.*s", event->task, (int)event->result->output_length, event->result->output);
    }
}

static gboolean
tick(gpointer user)
{
    program *self = user;

    printf("tick %d\n", ++self->ticks);
    if (self->ticks < 3) {
        execz_scheduler_run_task(self->scheduler, "tock", NULL);
        return G_SOURCE_CONTINUE;
    }
    execz_scheduler_shutdown(self->scheduler, 0, -1, NULL); /* what runs may end in peace */
    return G_SOURCE_REMOVE;
}

int
main(void)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_task_spec task = EXECZ_TASK_SPEC_INIT;
    program self = {.loop = g_main_loop_new(NULL, FALSE)};
    guint source;

    self.scheduler = execz_scheduler_new(NULL, &err);
    task.id = "tock";
    task.trigger = "interval(hours=1)";
    task.shell = "echo tock";
    if (self.scheduler == NULL ||
        execz_scheduler_add_executor(self.scheduler, "default", "threadpool", NULL, 0, &err) < 0 ||
        execz_scheduler_add_task(self.scheduler, &task, &err) < 0 ||
        execz_scheduler_start(self.scheduler, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    execz_scheduler_add_listener(
        self.scheduler, EXECZ_EVENT_TASK_EXECUTED | EXECZ_EVENT_SCHEDULER_SHUTDOWN, hear, &self);
    source = execz_glib_attach(self.scheduler, NULL);
    g_timeout_add(300, tick, &self);
    g_main_loop_run(self.loop);
    g_source_remove(source);
    execz_scheduler_free(self.scheduler);
    g_main_loop_unref(self.loop);
    return 0;
}
