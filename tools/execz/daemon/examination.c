/* SPDX-License-Identifier: MIT */
#include "daemon/examination.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <glib.h>

#include <execz/state.h>

struct ez_examination {
    execz_scheduler *scheduler;
    pthread_t thread;
    bool begun; /* there is a thread to join */

    execz_error found; /* the thread's until it is over */
    atomic_bool over;
};

static void *
examine(void *user)
{
    ez_examination *self = user;

    self->found = (execz_error)EXECZ_ERROR_INIT;
    (void)execz_scheduler_check_store(self->scheduler, &self->found);
    atomic_store(&self->over, true);
    return NULL;
}

ez_examination *
ez_examination_new(execz_scheduler *scheduler)
{
    ez_examination *self = g_new0(ez_examination, 1);

    self->scheduler = scheduler;
    return self;
}

void
ez_examination_free(ez_examination *self)
{
    if (self != NULL) {
        if (self->begun) {
            pthread_join(self->thread, NULL);
        }
        g_free(self);
    }
}

static json_t *
describe(const execz_error *found)
{
    json_t *result = json_pack("{s:b, s:b}", "running", false, "sound", found->status == EXECZ_OK);

    if (found->status != EXECZ_OK) {
        g_autofree char *valid = g_utf8_make_valid(found->message, -1);

        json_object_set_new(result, "message", json_string(valid));
    }
    return result;
}

json_t *
ez_examination_ask(ez_examination *self)
{
    if (self->begun && atomic_load(&self->over)) {
        pthread_join(self->thread, NULL);
        self->begun = false;
        return describe(&self->found);
    }
    if (!self->begun) {
        atomic_store(&self->over, false);
        self->begun = pthread_create(&self->thread, NULL, examine, self) == 0;
    }
    return json_pack("{s:b}", "running", true);
}
