/* SPDX-License-Identifier: MIT */
#include "executor/extension.h"

#include "base/error.h"

#include "hosted.h"

static void *watched;

static execz_status
watch(void *loop, int fd, void (*function)(void *), void *argument)
{
    (void)loop;
    (void)fd;
    (void)function;
    watched = argument;
    return EXECZ_OK;
}

static void
unwatch(void *loop, int fd)
{
    (void)loop;
    (void)fd;
    watched = NULL;
}

static execz_status
call(void *user, const ez_body_caller *caller, const char *function, const char *args,
     execz_error *err)
{
    (void)user;
    (void)args;
    caller->log(caller->log_user, EXECZ_LOG_INFO, "a line");
    return ez_fail(err, EXECZ_E_NOT_FOUND, "no function %s", function);
}

TestSuite(extension, .init = hosted_set_up, .fini = hosted_tear_down);

Test(extension, unknown_ones_are_none)
{
    cr_expect(eq(ptr, (void *)abi->extension(abi, "execz.nothing/1"), NULL));
}

Test(extension, those_that_the_host_cannot_serve_are_none)
{
    around->services.watch = NULL;
    around->services.call = NULL;
    around->services.lingerers = NULL;
    cr_expect(eq(ptr, (void *)abi->extension(abi, EXECZ_EXTENSION_LOOP), NULL));
    cr_expect(eq(ptr, (void *)abi->extension(abi, EXECZ_EXTENSION_FUNCTION), NULL));
    cr_expect(eq(ptr, (void *)abi->extension(abi, EXECZ_EXTENSION_LINGER), NULL));
}

static int
has_nothing(void *user)
{
    return user == NULL;
}

static void
forget(void *user)
{
    (void)user;
}

Test(extension, the_loop_looks_for_an_executor_until_told_otherwise)
{
    const execz_lingerer lingerer = {
        .size = sizeof lingerer, .begin = has_nothing, .look = has_nothing, .end = forget};
    ez_lingerers lingerers = {0};
    const execz_linger_ext *linger;

    around->services.lingerers = &lingerers;
    linger = abi->extension(abi, EXECZ_EXTENSION_LINGER);
    cr_assert(ne(ptr, (void *)linger, NULL));
    cr_expect(eq(int, linger->set(abi, &lingerer), EXECZ_OK));
    cr_expect(eq(u32, lingerers.n, 1));
    cr_expect(eq(int, linger->set(abi, NULL), EXECZ_OK));
    cr_expect(eq(u32, lingerers.n, 0));
    around->services.lingerers = NULL;
}

Test(extension, the_loop_watches_and_forgets)
{
    const execz_loop_ext *loop;

    around->services.watch = watch;
    around->services.unwatch = unwatch;
    loop = abi->extension(abi, EXECZ_EXTENSION_LOOP);
    cr_assert(ne(ptr, (void *)loop, NULL));
    cr_expect(eq(int, loop->watch(abi, 3, NULL, around), EXECZ_OK));
    cr_expect(eq(ptr, watched, around));
    loop->unwatch(abi, 3);
    cr_expect(eq(ptr, watched, NULL));
}

Test(extension, a_function_is_called_with_its_error)
{
    const execz_function_ext *function;
    execz_error err = EXECZ_ERROR_INIT;

    around->services.call = call;
    function = abi->extension(abi, EXECZ_EXTENSION_FUNCTION);
    cr_assert(ne(ptr, (void *)function, NULL));
    cr_expect(eq(int, function->call(abi, "a:b", NULL, &err), EXECZ_E_NOT_FOUND));
    cr_expect(eq(str, err.message, (char *)"no function a:b"));
    cr_expect(eq(uint, fixture_count_log(around, "executor=cpu a line"), 1));
}

Test(extension, paths_are_those_of_the_executor_and_the_configuration)
{
    const execz_paths_ext *paths;

    around->services.function_path = "/a:/b";
    paths = abi->extension(abi, EXECZ_EXTENSION_PATHS);
    cr_assert(ne(ptr, (void *)paths, NULL));
    cr_expect(eq(str, (char *)paths->function_path(abi), (char *)"/a:/b"));
    cr_expect(eq(ptr, (void *)paths->plugin_file(abi), (void *)ez_executor_path(executor)));
}
