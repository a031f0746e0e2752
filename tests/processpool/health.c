/* SPDX-License-Identifier: MIT */
/* What the pool says of its health, through the ABI, with a host as the conformance program has. */
#include "host.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000 };

/* Waits until the pool's health is this; returns what it says about it. */
static const char *
await_health(host *self, uint32_t expected)
{
    static execz_error why;
    uint32_t health = UINT32_MAX;

    for (int i = 0; i < PATIENCE_MS && health != expected; i++) {
        why = (execz_error)EXECZ_ERROR_INIT;
        health = self->ops->health(self->executor, &why);
        (void)poll(NULL, 0, 1);
    }
    CHECK(health == expected);
    return why.message;
}

static void
make_file(const char *path)
{
    FILE *file = fopen(path, "w");

    CHECK(file != NULL && fclose(file) == 0);
}

static void
stop(host *self)
{
    host_release(self, NULL);
    CHECK(host_shutdown(self, EXECZ_SHUTDOWN_WAIT, -1) == EXECZ_OK);
    host_stop(self);
}

static void
is_down_while_no_worker_can_be_started(host *self, const char *path)
{
    const char *why;

    self->max_workers = 1;
    host_start(self);
    (void)await_health(self, EXECZ_HEALTH_OK);
    host_submit(self, "task", false);
    why = await_health(self, EXECZ_HEALTH_DOWN);
    CHECK(strstr(why, "0 of 1 workers are ready") != NULL);
    CHECK(strstr(why, "the file is not there") != NULL);
    CHECK(host_read(self, &self->finished) == 0);
    make_file(path);
    host_wait_for(self, &self->finished, 1);
    CHECK(await_health(self, EXECZ_HEALTH_OK)[0] == '\0');
    stop(self);
    (void)unlink(path);
}

static void
is_degraded_while_one_worker_is_missing(host *self, const char *path)
{
    const char *why;

    self->max_workers = 2;
    make_file(path);
    host_start(self);
    host_submit(self, "task", true);
    host_wait_for(self, &self->began, 1);
    (void)unlink(path);
    host_submit(self, "task", true);
    why = await_health(self, EXECZ_HEALTH_DEGRADED);
    CHECK(strstr(why, "1 of 2 workers are ready") != NULL);
    make_file(path);
    host_wait_for(self, &self->began, 2);
    (void)await_health(self, EXECZ_HEALTH_OK);
    stop(self);
    (void)unlink(path);
}

int
main(int argc, char **argv)
{
    char path[] = "/tmp/execz-health-XXXXXX";
    host *self;

    if (argc != 3) {
        fprintf(stderr, "usage: %s PLUGIN FUNCTION_PATH\n", argv[0]);
        return 2;
    }
    (void)close(mkstemp(path));
    (void)unlink(path);
    CHECK(setenv("CONFORMANCE_FILE", path, 1) == 0);
    self = host_new(argv[1]);
    self->function_path = argv[2];
    self->option = "initializer";
    self->value = "conformance_bodies:refuse";
    is_down_while_no_worker_can_be_started(self, path);
    is_degraded_while_one_worker_is_missing(self, path);
    return 0;
}
