/* SPDX-License-Identifier: MIT */
/**
 * execz/function.h -- task functions, header-only.
 *
 * A function module is a shared object with functions that tasks name as "module:function":
 *
 *     #include <execz/function.h>
 *     #include <stdio.h>
 *
 *     EXECZ_MODULE("greetings", "1.0.0");
 *
 *     EXECZ_FUNCTION(hello, "Greets somebody")
 *     {
 *         char text[200];
 *
 *         snprintf(text, sizeof text, "hello, %s", execz_arg_string(call, "who", "world"));
 *         return execz_return_text(call, text);
 *     }
 *
 * Build it with: cc -shared -fPIC $(pkg-config --cflags execz) -o greetings.so greetings.c
 * and drop it into a function directory.  It links to nothing of execz.
 *
 * A function returns EXECZ_OK, or any other status, best through execz_fail(), which says why.  The
 * executor chooses the thread, the loop or the process it runs in; a function that waits only
 * through execz_sleep(), execz_wait_fd() and their like can be cancelled, keeps its deadline, and
 * runs unchanged on all of them.  Declare it EXECZ_COROUTINE if it waits in no other way: then an
 * event loop can run thousands of them on one thread.
 *
 * Everything here is called on the thread that runs the function, and is valid until it returns.
 */
#ifndef EXECZ_FUNCTION_H
#define EXECZ_FUNCTION_H

#include <stdarg.h>

#include <execz/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

/** First word of execz_module: "EXCM" in the file. */
#define EXECZ_MODULE_MAGIC 0x4d435845u

typedef struct execz_call execz_call;

/** A child of a function: what execz_spawn() starts. */
typedef int32_t (*execz_child_function)(execz_call *call, void *argument);

/** What the host does for a running function; use the execz_...() below instead. */
typedef struct execz_call_ops {
    uint32_t size;
    uint32_t reserved;
    execz_status (*arg_string)(execz_call *call, const char *name, const char **value_out);
    execz_status (*arg_int)(execz_call *call, const char *name, int64_t *value_out);
    execz_status (*arg_number)(execz_call *call, const char *name, double *value_out);
    execz_status (*arg_bool)(execz_call *call, const char *name, int32_t *value_out);
    execz_status (*result)(execz_call *call, const char *json, size_t length);
    void (*log)(execz_call *call, uint32_t level, const char *message);
    execz_status (*result_format)(execz_call *call, const char *format, va_list args);
    execz_status (*fail_format)(execz_call *call, execz_status status, const char *format,
                                va_list args);
    execz_status (*result_text)(execz_call *call, const char *text);
    const char *(*run_key)(execz_call *call);
    const char *(*args)(execz_call *call, uint64_t *length_out);
    execz_status (*fail_text)(execz_call *call, execz_status status, const char *text);
    int32_t (*spawn)(execz_call *call, execz_child_function function, void *argument);
    int32_t (*join)(execz_call *call, int32_t child, execz_duration timeout, int32_t *result_out);
    int32_t (*cancel)(execz_call *call, int32_t child);
} execz_call_ops;

/** One call of a function: the facts of its run, and the way to the host. */
struct execz_call {
    uint32_t size;
    uint32_t attempt; /* 1 for the first */
    const execz_call_ops *ops;
    const execz_waiter *waiter; /* how this function waits; never NULL */
    const char *task;           /* the task's id */
    const char *executor;       /* the executor's alias */
    execz_run run;
    execz_time scheduled; /* the run time, wall clock */
    execz_time deadline;  /* wall clock; EXECZ_TIME_NEVER: none */
};

typedef execz_status (*execz_function_call)(execz_call *call);

/** One function of a module. */
typedef struct execz_function {
    uint32_t size;
    uint32_t kind; /* EXECZ_TASK_FUNCTION or EXECZ_TASK_COROUTINE */
    const char *name;
    const char *help; /* one line for people */
    execz_function_call call;
} execz_function;

/** What a function module is. */
typedef struct execz_module {
    uint32_t magic; /* EXECZ_MODULE_MAGIC; these first four as in execz_plugin */
    uint32_t size;
    uint32_t abi;
    uint32_t needs_abi;
    const char *name;
    const char *version;
    const execz_function *const *functions; /* in no order; up to functions_end */
    const execz_function *const *functions_end;
} execz_module;

/** The one symbol looked up in a function module.  [setup] */
EXECZ_EXPORT const execz_module *execz_module_entry(uint32_t host_abi);

/**
 * Defines a function; write its body behind it.  name is a C identifier, and the name tasks use.
 * The body sees `execz_call *call`.
 */
#define EXECZ_FUNCTION(name, help) EXECZ_FUNCTION_(name, EXECZ_TASK_FUNCTION, help)
/** The same for a function that waits only through execz_sleep() and its like. */
#define EXECZ_COROUTINE(name, help) EXECZ_FUNCTION_(name, EXECZ_TASK_COROUTINE, help)

#define EXECZ_FUNCTION_(name, kind, help)                                                          \
    static execz_status execz_body_##name(execz_call *call);                                       \
    static const execz_function execz_function_##name = {sizeof(execz_function), kind, #name,      \
                                                         help, execz_body_##name};                 \
    __attribute__((section("execz_functions"),                                                     \
                   used)) static const execz_function *const execz_function_at_##name =            \
        &execz_function_##name;                                                                    \
    static execz_status execz_body_##name(execz_call *call)

/** Makes the shared object a function module; once in it, outside of any function. */
#define EXECZ_MODULE(NAME, VERSION)                                                                \
    extern const execz_function *const __start_execz_functions[]                                   \
        __attribute__((weak, visibility("hidden")));                                               \
    extern const execz_function *const __stop_execz_functions[]                                    \
        __attribute__((weak, visibility("hidden")));                                               \
    const execz_module *execz_module_entry(uint32_t host_abi)                                      \
    {                                                                                              \
        static const execz_module module = {EXECZ_MODULE_MAGIC,                                    \
                                            sizeof(execz_module),                                  \
                                            EXECZ_ABI,                                             \
                                            EXECZ_ABI_MAKE(1, 0),                                  \
                                            NAME,                                                  \
                                            VERSION,                                               \
                                            __start_execz_functions,                               \
                                            __stop_execz_functions};                               \
        (void)host_abi;                                                                            \
        return &module;                                                                            \
    }                                                                                              \
    EXECZ_NOTE("abi=" EXECZ_ABI_TEXT "\0needs_abi=1.0\0id=" NAME "\0version=" VERSION              \
               "\0kind=execz.function/1\0alias=" NAME)

/* ---- facts ---------------------------------------------------------------------------------- */

/**
 * Task and run time as one text, the same over all attempts: the idempotency key of what the
 * function does elsewhere.  Valid until the function returns.
 */
static inline const char *
execz_run_key(execz_call *call)
{
    return call->ops->run_key(call);
}

/* ---- arguments ------------------------------------------------------------------------------ */

/*
 * Arguments are a JSON object, checked for syntax when the task is added.  A missing argument gives
 * the fallback.  One of another type gives the fallback too and makes the run an error that
 * names it, unless the function returns an error of its own.
 */

/** A text argument; valid until the function returns. */
static inline const char *
execz_arg_string(execz_call *call, const char *name, const char *fallback)
{
    const char *value = fallback;

    (void)call->ops->arg_string(call, name, &value);
    return value;
}

/** A whole number, exact over all 64 bits. */
static inline int64_t
execz_arg_int(execz_call *call, const char *name, int64_t fallback)
{
    int64_t value = fallback;

    (void)call->ops->arg_int(call, name, &value);
    return value;
}

/** A number; whole ones are converted. */
static inline double
execz_arg_number(execz_call *call, const char *name, double fallback)
{
    double value = fallback;

    (void)call->ops->arg_number(call, name, &value);
    return value;
}

/** true (1) or false (0). */
static inline int32_t
execz_arg_bool(execz_call *call, const char *name, int32_t fallback)
{
    int32_t value = fallback;

    (void)call->ops->arg_bool(call, name, &value);
    return value;
}

/**
 * All arguments as they were written, JSON unless the task says otherwise; "{}" if there are none.
 * Terminated, and valid until the function returns; length_out may be NULL.
 */
static inline const char *
execz_args(execz_call *call, uint64_t *length_out)
{
    return call->ops->args(call, length_out);
}

/* ---- outcome -------------------------------------------------------------------------------- */

/**
 * Sets the result, a JSON value in printf style, and returns EXECZ_OK: `return execz_return(call,
 * "%d", n);` A text that is not JSON makes the run an error.  The last one counts.
 */
EXECZ_PRINTF(2, 3)
static inline execz_status
execz_return(execz_call *call, const char *format, ...)
{
    execz_status status;
    va_list args;

    va_start(args, format);
    status = call->ops->result_format(call, format, args);
    va_end(args);
    return status;
}

/** Sets the result to a JSON text with what text says, whatever characters it has. */
static inline execz_status
execz_return_text(execz_call *call, const char *text)
{
    return call->ops->result_text(call, text);
}

/** Sets the result to length bytes of JSON, which are copied. */
static inline execz_status
execz_return_json(execz_call *call, const char *json, size_t length)
{
    return call->ops->result(call, json, length);
}

/** Says why the function fails, and returns EXECZ_E_FAIL. */
static inline execz_status
execz_fail_text(execz_call *call, const char *text)
{
    return call->ops->fail_text(call, EXECZ_E_FAIL, text);
}

/** Says why the function fails, in printf style, and returns EXECZ_E_FAIL. */
EXECZ_PRINTF(2, 3)
static inline execz_status
execz_fail(execz_call *call, const char *format, ...)
{
    execz_status status;
    va_list args;

    va_start(args, format);
    status = call->ops->fail_format(call, EXECZ_E_FAIL, format, args);
    va_end(args);
    return status;
}

/** Logs one line under the task's id; level is EXECZ_LOG_*. */
static inline void
execz_log(execz_call *call, uint32_t level, const char *message)
{
    call->ops->log(call, level, message);
}

/* ---- waiting -------------------------------------------------------------------------------- */

/**
 * Each returns 0 or more, or -ECANCELED, -ETIMEDOUT or another negative errno: clean up and return.
 */

/** Sleeps for a duration in nanoseconds, e.g. 250 * EXECZ_MILLISECOND. */
static inline int32_t
execz_sleep(execz_call *call, execz_duration duration)
{
    return call->waiter->sleep(call->waiter->self, duration);
}

/**
 * Waits for poll(2) events on fd; returns those that are ready.  timeout < 0: only the run's
 * deadline.
 */
static inline int32_t
execz_wait_fd(execz_call *call, int32_t fd, int32_t poll_events, execz_duration timeout)
{
    return call->waiter->wait_fd(call->waiter->self, fd, poll_events, timeout);
}

/** Waits for the end of the child process behind pidfd; reaping it stays with the caller. */
static inline int32_t
execz_wait_child(execz_call *call, int32_t pidfd, execz_duration timeout)
{
    return call->waiter->wait_child(call->waiter->self, pidfd, timeout);
}

/** Runs a blocking function(argument) where it holds nobody up, and returns its result. */
static inline int32_t
execz_offload(execz_call *call, int32_t (*function)(void *), void *argument)
{
    return call->waiter->offload(call->waiter->self, function, argument);
}

/** Lets others go first; -ECANCELED or -ETIMEDOUT tell a long calculation to stop. */
static inline int32_t
execz_yield(execz_call *call)
{
    return call->waiter->yield(call->waiter->self);
}

/* ---- children ------------------------------------------------------------------------------- */

/*
 * A function may start others beside itself and join them.  On an event loop a child is a coroutine
 * beside its parent on the same thread, elsewhere it is a thread: what they share needs a lock (or
 * an atomic) to be right everywhere, and in a coroutine the lock must not be held while waiting.
 *
 * A child has a call of its own, with the facts and arguments of the run, and may start children
 * itself.  Its result is the number it returns; execz_return() in it makes the run an error.  What
 * it says by execz_fail() becomes the run's message if the function fails without words of its own.
 * It is woken when the run is cancelled or its deadline passes.
 */

/** Where children are threads: how many there may be at once in one process. */
#define EXECZ_CHILD_THREADS_MAX 1024u

/**
 * Starts function(call, argument) and returns its number, which is greater than 0, or -EAGAIN if a
 * limit is reached, or -ECANCELED, -ETIMEDOUT.  Children that were not joined when the function
 * returns are cancelled and awaited before its run ends; argument has to last until then.
 */
static inline int32_t
execz_spawn(execz_call *call, execz_child_function function, void *argument)
{
    return call->ops->spawn(call, function, argument);
}

/**
 * Waits until a child of this call has returned, and forgets it: 0, and what it returned in
 * *result_out, which may be NULL.  -ETIMEDOUT (timeout < 0: only the run's deadline) and -ECANCELED:
 * it goes on and may be joined again.  -ECHILD: it is none, or was joined before.
 */
static inline int32_t
execz_join(execz_call *call, int32_t child, execz_duration timeout, int32_t *result_out)
{
    return call->ops->join(call, child, timeout, result_out);
}

/** From now on the waits of a child return -ECANCELED; join it to see its end.  0 or -ECHILD. */
static inline int32_t
execz_cancel(execz_call *call, int32_t child)
{
    return call->ops->cancel(call, child);
}

#ifdef __cplusplus
}
#endif

#include <execz/function_layout.h>
#endif
