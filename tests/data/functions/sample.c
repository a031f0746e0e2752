/* SPDX-License-Identifier: MIT */
/* A well-made function module: whatever a test of calls needs. */
#include <execz/function.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

EXECZ_MODULE("sample", "1.0.0");

EXECZ_FUNCTION(echo, "Returns its arguments")
{
    uint64_t length;
    const char *args = execz_args(call, &length);

    return execz_return_json(call, args, length);
}

EXECZ_FUNCTION(types, "Reads an argument of each type")
{
    return execz_return(call, "[\"%s\", %" PRId64 ", %.3f, %s]",
                        execz_arg_string(call, "text", "none"), execz_arg_int(call, "int", -1),
                        execz_arg_number(call, "number", -1.5),
                        execz_arg_bool(call, "bool", 0) ? "true" : "false");
}

EXECZ_FUNCTION(facts, "Returns the facts of its run")
{
    return execz_return(call,
                        "[\"%s\", \"%s\", \"%s\", %" PRIu32 ", %" PRIu64 ", %" PRId64 ", %" PRId64
                        "]",
                        call->task, execz_run_key(call), call->executor, call->attempt, call->run,
                        call->scheduled, call->deadline);
}

EXECZ_FUNCTION(not_json, "Returns something else than JSON")
{
    return execz_return(call, "{\"open\": ");
}

EXECZ_FUNCTION(second_thought, "Returns rubbish, then a number")
{
    (void)execz_return(call, "rubbish");
    return execz_return(call, "2");
}

EXECZ_FUNCTION(ignores_refusal, "Does not look at what execz_return() says")
{
    (void)execz_return(call, "rubbish");
    return EXECZ_OK;
}

EXECZ_FUNCTION(huge, "Returns a text of so many bytes")
{
    size_t length = (size_t)execz_arg_int(call, "length", 2);
    char *text = malloc(length);
    execz_status status;

    memset(text, 'x', length);
    text[0] = text[length - 1] = '"';
    status = execz_return_json(call, text, length);
    free(text);
    return status;
}

EXECZ_FUNCTION(deep, "Returns nested arrays")
{
    char text[400];

    memset(text, '[', 200);
    memset(text + 200, ']', 200);
    return execz_return_json(call, text, sizeof text);
}

EXECZ_FUNCTION(silent, "Fails with a status and no word")
{
    return (execz_status)execz_arg_int(call, "status", EXECZ_E_NOT_FOUND);
}

EXECZ_FUNCTION(text, "Fails with a text, or one of so many x")
{
    size_t length = (size_t)execz_arg_int(call, "length", 0);
    char *text = malloc(length + 1);
    execz_status status;

    memset(text, 'x', length);
    text[length] = '\0';
    status = execz_fail_text(call, length > 0 ? text : execz_arg_string(call, "why", NULL));
    free(text);
    return status;
}

EXECZ_FUNCTION(loud, "Fails with a very long message")
{
    return execz_fail(call, "%0100000d", 7);
}

EXECZ_FUNCTION(says, "Logs a line")
{
    execz_log(call, EXECZ_LOG_WARNING, "one line");
    return EXECZ_OK;
}

EXECZ_COROUTINE(nap, "Sleeps until it is stopped")
{
    int32_t result = execz_sleep(call, execz_arg_int(call, "seconds", 3600) * EXECZ_SECOND);

    return result < 0 ? execz_fail(call, "%s", strerror(-result)) : EXECZ_OK;
}

EXECZ_COROUTINE(stubborn, "Finishes its work although it is stopped")
{
    (void)execz_sleep(call, EXECZ_HOUR);
    return execz_return(call, "\"done\"");
}

EXECZ_COROUTINE(impatient, "Waits for a descriptor with a timeout of its own, and fails")
{
    int32_t fd = (int32_t)execz_arg_int(call, "fd", -1);

    return execz_wait_fd(call, fd, 1, EXECZ_MILLISECOND) == -ETIMEDOUT
               ? execz_fail(call, "nothing came")
               : EXECZ_OK;
}

static int32_t
how_it_ended(pid_t copy)
{
    int status = 0;

    return waitpid(copy, &status, 0) == copy && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

EXECZ_FUNCTION(forks, "Forks and comes back twice; tells how the copy ended")
{
    pid_t copy = fork();

    return copy == 0 ? EXECZ_OK : execz_return(call, "%d", (int)how_it_ended(copy));
}

static int32_t
fork_and_return(execz_call *call, void *argument)
{
    pid_t copy = fork();

    (void)call;
    (void)argument;
    return copy == 0 ? 0 : how_it_ended(copy);
}

EXECZ_FUNCTION(childs_fork, "The same in a child")
{
    int32_t child = execz_spawn(call, fork_and_return, NULL), result = 0;

    (void)execz_join(call, child, -1, &result);
    return execz_return(call, "%d", (int)result);
}
