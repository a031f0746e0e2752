/* SPDX-License-Identifier: MIT */
/* The store of a scheduler that runs: whether it works, is sound, and what it could not read. */
#include "doctor.h"

#include "control/client.h"

#include <poll.h>
#include <stdio.h>

#define CHECK_EVERY 50 /* milliseconds between two looks whether the check is over */

void
ez_doctor_find_quarantined(ez_findings *self, const char *task, const char *reason)
{
    ez_find(self,
            "see to what it says, then execz doctor --retry; or add the task anew with execz add",
            "task '%s' is in quarantine, for its record cannot be read: %s", task, reason);
}

/* What a word without parameters answers; NULL with *exit_out. */
static json_t *
ask(const char *socket, const char *word, int *exit_out)
{
    json_t *result = NULL;

    *exit_out = ez_client_ask(socket, ez_ask_for(word), &result);
    return result;
}

/* Takes one out of quarantine; false if that cannot be, which is said. */
static bool
restore(const char *socket, const char *task)
{
    json_t *request = ez_ask_for("restore"), *result = NULL;
    int status;

    ez_ask_set(request, "task", task);
    status = ez_client_ask(socket, request, &result);
    if (status == EZ_EXIT_OK) {
        fprintf(stderr, "execz: task '%s' is out of quarantine\n", task);
    }
    json_decref(result);
    return status == EZ_EXIT_OK;
}

static int
look_at_quarantine(ez_findings *self, const char *socket, bool retry)
{
    int status;
    json_t *result = ask(socket, "quarantine", &status), *task;
    size_t i;

    json_array_foreach(json_object_get(result, "tasks"), i, task)
    {
        const char *id = ez_ask_text(task, "task");

        if (!retry || !restore(socket, id)) {
            ez_doctor_find_quarantined(self, id, ez_ask_text(task, "reason"));
        }
    }
    json_decref(result);
    return status;
}

/* May take long; the scheduler goes on meanwhile. */
static int
look_whether_sound(ez_findings *self, const char *socket)
{
    int status;
    json_t *result = ask(socket, "check", &status);

    while (status == EZ_EXIT_OK && json_is_true(json_object_get(result, "running"))) {
        json_decref(result);
        (void)poll(NULL, 0, CHECK_EVERY);
        result = ask(socket, "check", &status);
    }
    if (status == EZ_EXIT_OK && !json_is_true(json_object_get(result, "sound"))) {
        ez_find(self, "do what it says", "%s", ez_ask_text(result, "message"));
    }
    json_decref(result);
    return status;
}

int
ez_doctor_look_at_store(ez_findings *self, const char *socket, const json_t *store, bool retry)
{
    int status;

    if (!json_is_true(json_object_get(store, "durable"))) {
        return EZ_EXIT_OK;
    }
    if (json_is_true(json_object_get(store, "fails"))) {
        ez_find(self, "the log says why; make room, or see to the disk: what waits is written then",
                "the store in %s cannot be written to: %" JSON_INTEGER_FORMAT " changes wait",
                ez_ask_text(store, "state_dir"), ez_ask_count(store, "waiting"));
    }
    if (ez_ask_count(store, "lost") > 0) {
        ez_find(self,
                "nothing brings them back; see to it that the store is never full for so long",
                "%" JSON_INTEGER_FORMAT
                " ends of runs are not in the history, for the store failed",
                ez_ask_count(store, "lost"));
    }
    status = look_at_quarantine(self, socket, retry);
    return status == EZ_EXIT_OK ? look_whether_sound(self, socket) : status;
}
