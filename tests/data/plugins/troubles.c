/* SPDX-License-Identifier: MIT */
/* An executor that works, but for what it is told to do in one of its calls. */
#define _GNU_SOURCE
#include <execz/sdk.h>

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void
trouble(execz_base *base, const char *in)
{
    const char *where = base->host->option(base->host, "in");
    const char *how = base->host->option(base->host, "how");

    if (strcmp(where, in) != 0) {
        return;
    }
    if (strcmp(how, "crash") == 0) {
        (void)sigaction(SIGABRT, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
        (void)kill(getpid(), SIGABRT);
    } else if (strcmp(how, "exit") == 0) {
        _exit(7);
    } else if (strcmp(how, "noise") == 0) {
        for (int fd = 3; fd < 64; fd++) {
            (void)!write(fd, "not a frame, but thirty-two bytes", 32);
        }
    }
    for (;;) {
        (void)pause();
    }
}

static execz_status
do_start(execz_base *base, execz_error *err)
{
    (void)err;
    trouble(base, "start");
    return EXECZ_OK;
}

static void
work(void *submission)
{
    execz_submission_run((execz_submission *)submission);
}

static execz_status
do_send_task(execz_base *base, execz_submission *submission, execz_error *err)
{
    uint32_t most = (uint32_t)execz_base_option(base, "busy_above", 1000);

    trouble(base, "send_task");
    if (base->host->unfinished(base->host) > most) {
        return execz_error_set(err, EXECZ_E_BUSY, "there are enough of them");
    }
    return base->host->thread(base->host, "troubles", work, submission) == EXECZ_OK
               ? EXECZ_OK
               : execz_error_set(err, EXECZ_E_BUSY, "no thread");
}

static void
do_cancel(execz_base *base, execz_run run)
{
    trouble(base, "cancel");
    (void)base->host->interrupt(base->host, run);
}

static void
do_stop(execz_base *base)
{
    trouble(base, "shutdown");
}

static void
do_destroy(execz_base *base)
{
    trouble(base, "destroy");
}

static const execz_base_hooks hooks = {.start = do_start,
                                       .do_send_task = do_send_task,
                                       .cancel = do_cancel,
                                       .stop = do_stop,
                                       .destroy = do_destroy};

EXECZ_OPTIONS(options, "troubles",
              EXECZ_OPTION(CHOICE, 0, "in", "nowhere",
                           "nowhere|start|send_task|cancel|shutdown|destroy", "In which call"),
              EXECZ_OPTION(CHOICE, 0, "how", "crash", "crash|hang|exit|noise",
                           "What it does there"),
              EXECZ_OPTION(INT, 0, "busy_above", "1000", "1..1000", "Runs that it takes"));

EXECZ_EXECUTOR_PLUGIN_WITH("org.execz.test.troubles", "troubles", "1.0.0",
                           "Does what it should not", EXECZ_CAP_BODIES | EXECZ_CAP_CANCEL, hooks,
                           EXECZ_TABLE(options), EXECZ_NO_TABLE);
