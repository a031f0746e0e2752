/* SPDX-License-Identifier: MIT */
/* What can be asked of a scheduler through its control socket: one function for each word after "do".
 * Each runs on the server's thread. */
#ifndef EZ_DAEMON_DESK_H
#define EZ_DAEMON_DESK_H

#include <stdbool.h>
#include <sys/types.h>

#include <glib.h>
#include <jansson.h>

#include <execz/execz.h>

#include "daemon/board.h"
#include "daemon/examination.h"
#include "daemon/meter.h"
#include "daemon/reload.h"
#include "daemon/trends.h"

typedef struct ez_desk {
    execz_scheduler *scheduler;
    ez_board *board;
    ez_meter *meter;
    ez_trends *trends;
    ez_examination *examination;
    ez_reloader *reloader;
    const char *socket;
    const char *config; /* absolute; NULL: there is no file */
    execz_time started; /* wall clock */
} ez_desk;

/* Who asks. */
typedef struct ez_caller ez_caller;
struct ez_caller {
    uid_t uid;
    pid_t pid;

    /* Sends a part of the answer ahead of the rest; takes it.  False with err filled if the answer is too
     * long by now. */
    bool (*send)(ez_caller *self, json_t *part, execz_error *err);

    /* Set by who answers, if the answer may be another one when a run has ended within this time, and the
     * client wants to wait for that.  Then it is asked again. */
    execz_duration wait;
};

/* Does what request, from ez_wire_parse_request(), asks for.  NULL if that fails; then err says why. */
json_t *ez_desk_answer(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err);

/* One of its words. */
typedef json_t *(*ez_desk_function)(ez_desk *self, ez_caller *caller, const json_t *request,
                                    execz_error *err);
json_t *ez_desk_status(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err);
json_t *ez_desk_metrics(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err);
json_t *ez_desk_list(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err);
json_t *ez_desk_inspect(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err);
json_t *ez_desk_run(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err);
json_t *ez_desk_pause(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err);
json_t *ez_desk_resume(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err);
json_t *ez_desk_remove(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err);
json_t *ez_desk_timeline(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err);
json_t *ez_desk_history(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err);
json_t *ez_desk_add(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err);
json_t *ez_desk_update(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err);
json_t *ez_desk_reload(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err);
json_t *ez_desk_check(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err);
json_t *ez_desk_quarantine(ez_desk *self, ez_caller *caller, const json_t *request,
                           execz_error *err);
json_t *ez_desk_restore(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err);

/* What answers are made of. */
void ez_desk_set_text(json_t *object, const char *key, const char *text); /* NULL: not at all */
void ez_desk_set_time(json_t *object, const char *key, execz_time time);  /* 0, NEVER: not at all */
/* Adds how it went last, if it has not ended in this life, and with trend a letter for each of the last
 * runs. */
void ez_desk_add_past(ez_desk *self, json_t *task, bool trend);
/* brief: only when it runs next, how it went last, and why not. */
json_t *ez_desk_task(const execz_task_info *info, bool brief);

#endif
