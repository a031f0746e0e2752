/* SPDX-License-Identifier: MIT */
#include "executor/extension.h"

#include "base/error.h"

#include <string.h>

static const ez_host *
host_of(const execz_host *host)
{
    return (const ez_host *)(const void *)host;
}

static execz_status
loop_watch(const execz_host *host, int32_t fd, void (*function)(void *), void *argument)
{
    const ez_executor_services *services = host_of(host)->services;

    return services->watch(services->loop, fd, function, argument);
}

static void
loop_unwatch(const execz_host *host, int32_t fd)
{
    const ez_executor_services *services = host_of(host)->services;

    services->unwatch(services->loop, fd);
}

static void
log_line(void *user, uint32_t level, const char *message)
{
    const execz_host *host = user;

    host->log(host, level, message);
}

static execz_status
function_call(const execz_host *host, const char *function, const char *args, execz_error *err)
{
    const ez_executor_services *services = host_of(host)->services;
    ez_body_caller caller = {host_of(host)->alias, log_line, (void *)host};

    return services->call(services->body_user, &caller, function, args, err);
}

static execz_status
linger_set(const execz_host *host, const execz_lingerer *lingerer)
{
    return ez_lingerers_set(host_of(host)->services->lingerers, host, lingerer);
}

static const char *
paths_plugin_file(const execz_host *host)
{
    return ez_executor_path(host_of(host)->executor);
}

static const char *
paths_function_path(const execz_host *host)
{
    return host_of(host)->services->function_path;
}

const void *
ez_host_extension(const execz_host *host, const char *id)
{
    static const execz_loop_ext loop = {sizeof loop, 0, loop_watch, loop_unwatch};
    static const execz_function_ext function = {sizeof function, 0, function_call};
    static const execz_linger_ext linger = {sizeof linger, 0, linger_set};
    static const execz_paths_ext paths = {sizeof paths, 0, paths_plugin_file, paths_function_path};
    const ez_executor_services *services = host_of(host)->services;

    if (strcmp(id, EXECZ_EXTENSION_LOOP) == 0 && services->watch != NULL) {
        return &loop;
    }
    if (strcmp(id, EXECZ_EXTENSION_FUNCTION) == 0 && services->call != NULL) {
        return &function;
    }
    if (strcmp(id, EXECZ_EXTENSION_LINGER) == 0 && services->lingerers != NULL) {
        return &linger;
    }
    if (strcmp(id, EXECZ_EXTENSION_PATHS) == 0) {
        return &paths;
    }
    return NULL;
}
