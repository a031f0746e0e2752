/* SPDX-License-Identifier: MIT */
#include "plugin/module.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A plugin in a catalog of its own. */
typedef struct installed {
    const char *directory;
    char *path; /* owned */
    ez_catalog *catalog;
    const ez_plugin_file *file;
} installed;

static void
installed_deinit(installed *self)
{
    g_free(self->path);
    ez_catalog_free(self->catalog);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(installed, installed_deinit)

static installed
install(const char *name)
{
    installed self = {.directory = fixture_directory()};
    g_autofree char *file = g_strconcat(name, ".so", NULL);

    fixture_install(self.directory, name, file);
    self.path = g_build_filename(self.directory, file, NULL);
    self.catalog = fixture_catalog("/nonexistent", NULL);
    self.file = ez_catalog_find_file(self.catalog, self.path, NULL);
    cr_assert(ne(ptr, (void *)self.file, NULL), "%s", name);
    return self;
}

static void
expect_refusal(const char *name, const char *code, const char *reason)
{
    g_auto(installed) plugin = install(name);
    execz_error err = EXECZ_ERROR_INIT;
    g_autofree char *expected = g_strdup_printf("%s: %s", plugin.path, reason);

    cr_expect(eq(ptr, (void *)ez_module_load(plugin.file, &err), NULL));
    cr_expect(eq(int, err.status, EXECZ_E_PLUGIN));
    cr_expect(eq(str, err.code, (char *)code));
    cr_expect(eq(str, err.message, expected));
}

static const ez_module *
load(const installed *plugin)
{
    execz_error err = EXECZ_ERROR_INIT;
    const ez_module *module = ez_module_load(plugin->file, &err);

    cr_assert(ne(ptr, (void *)module, NULL), "%s", err.message);
    return module;
}

static const execz_executor_ops *
ops_of(const ez_module *module, const char *alias)
{
    execz_error err = EXECZ_ERROR_INIT;
    const ez_component *component = ez_module_component(module, alias, &err);

    cr_assert(ne(ptr, (void *)component, NULL), "%s", err.message);
    return component->ops;
}

/* An executor that needs nothing of its host to start and stop really starts and stops. */
static void
expect_life(const execz_executor_ops *ops, const char *alias)
{
    execz_executor *executor = NULL;
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(eq(int, ops->start(NULL, alias, &executor, &err), EXECZ_OK));
    cr_expect(
        eq(int, ops->shutdown(executor, EXECZ_SHUTDOWN_WAIT, EXECZ_NO_DEADLINE, &err), EXECZ_OK));
    ops->destroy(executor);
}

Test(module, a_plugin_is_loaded_and_its_functions_work)
{
    g_auto(installed) plugin = install("good");

    expect_life(ops_of(load(&plugin), "good"), "good");
}

Test(module, the_optional_functions_that_a_plugin_lacks_are_null)
{
    g_auto(installed) plugin = install("good");

    cr_expect(eq(ptr, (void *)ops_of(load(&plugin), "good")->extension, NULL));
}

Test(module, each_alias_means_the_same_component)
{
    g_auto(installed) plugin = install("two_aliases");
    const ez_module *module = load(&plugin);

    cr_expect(eq(ptr, (void *)ops_of(module, "pool"), (void *)ops_of(module, "threadpool")));
    cr_expect(eq(ptr, (void *)ez_module_component(module, "other", NULL), NULL));
}

Test(module, the_plain_form_is_loaded_and_its_functions_work)
{
    g_auto(installed) plugin = install("plain");
    const ez_module *module = load(&plugin);

    expect_life(ops_of(module, "plain"), "plain");
    cr_expect(eq(u32, ez_module_file(module)->abi, EXECZ_ABI));
}

Test(module, the_plain_form_of_another_abi_is_refused)
{
    expect_refusal(
        "plain_old", "P401",
        "built for plugin ABI 2.3, this execz speaks 1.0: rebuild it against this execz, "
        "or upgrade execz");
}

Test(module, a_file_is_loaded_once)
{
    g_auto(installed) plugin = install("good");

    cr_expect(eq(ptr, (void *)load(&plugin), (void *)load(&plugin)));
}

Test(module, a_second_attempt_is_refused_in_the_same_words)
{
    g_auto(installed) plugin = install("bad_magic");
    execz_error first = EXECZ_ERROR_INIT, second = EXECZ_ERROR_INIT;

    ez_module_load(plugin.file, &first);
    ez_module_load(plugin.file, &second);
    cr_expect(eq(str, first.message, second.message));
}

Test(module, two_plugins_are_never_taken_for_each_other)
{
    g_auto(installed) one = install("good");
    g_auto(installed) two = install("two_aliases");

    load(&one);
    cr_expect(ne(ptr, (void *)ops_of(load(&two), "pool"), (void *)ops_of(load(&one), "good")));
}

Test(module, overwriting_the_file_does_not_touch_what_is_loaded)
{
    g_auto(installed) plugin = install("good");
    const execz_executor_ops *ops = ops_of(load(&plugin), "good");
    int fd = open(plugin.path, O_WRONLY | O_TRUNC | O_CLOEXEC);

    cr_assert(ne(int, fd, -1));
    close(fd);
    expect_life(ops, "good");
}

/* From now on the kernel refuses memfd_create() to this process, as a hardened service's would. */
static void
forbid_memfd(void)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_memfd_create, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {G_N_ELEMENTS(program), program};

    cr_assert(eq(int, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0));
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
        cr_skip("this system has no seccomp");
    }
}

Test(module, without_memfd_the_verified_file_itself_is_loaded)
{
    g_auto(installed) plugin = install("good");
    const ez_module *module;

    forbid_memfd();
    module = load(&plugin);
    expect_life(ops_of(module, "good"), "good");
    cr_expect(eq(str, (char *)ez_module_warnings(module)[0],
                 (char *)"is mapped from its file, since the system refuses a sealed copy; never "
                         "overwrite that file while execz runs"));
}

Test(module, a_file_that_changed_since_it_was_found_is_refused)
{
    g_auto(installed) plugin = install("good");
    execz_error err = EXECZ_ERROR_INIT;

    fixture_install(plugin.directory, "two_aliases", "good.so");
    cr_expect(eq(ptr, (void *)ez_module_load(plugin.file, &err), NULL));
    cr_expect(eq(str, err.code, (char *)"P203"));
}

Test(module, the_versions_of_a_file_that_can_be_loaded_have_a_limit)
{
    g_auto(installed) plugin = install("bare");
    execz_error err = EXECZ_ERROR_INIT;

    for (unsigned i = 0; i <= EZ_MODULE_GENERATIONS_MAX; i++) {
        const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000000 + i}};
        g_autoptr(ez_plugin_file) file = NULL;
        const ez_module *module;

        cr_assert(eq(int, utimensat(AT_FDCWD, plugin.path, times, 0), 0)); /* another version */
        file = ez_plugin_file_new(plugin.path);
        module = ez_module_load(file, &err);
        cr_assert(eq(int, module != NULL, i < EZ_MODULE_GENERATIONS_MAX), "%u: %s", i, err.message);
    }
    cr_expect(eq(str, err.code, (char *)"P325"));
    cr_expect(ne(ptr, strstr(err.message, "256 versions of it are loaded"), NULL), "%s",
              err.message);
}

Test(module, constructors_run_when_it_is_loaded)
{
    g_auto(installed) plugin = install("canary");
    g_autofree char *song = g_build_filename(plugin.directory, "song", NULL);

    g_setenv("EXECZ_TEST_CANARY", song, TRUE);
    load(&plugin);
    cr_expect(g_file_test(song, G_FILE_TEST_EXISTS));
    unlink(song);
}

Test(module, what_it_changed_in_the_process_is_put_back_and_told)
{
    g_auto(installed) plugin = install("side_effects");
    const char *const *warnings;
    struct sigaction action;
    sigset_t mask;
    char before[4096], after[4096];

    umask(022);
    cr_assert(ne(ptr, getcwd(before, sizeof before), NULL));
    warnings = ez_module_warnings(load(&plugin));
    cr_assert(eq(uint, g_strv_length((char **)warnings), 7));
    cr_expect(
        eq(str, (char *)warnings[0], (char *)"changed the handling of SIGCHLD; it was put back"));
    cr_expect(
        eq(str, (char *)warnings[1], (char *)"changed the thread's signal mask; it was put back"));
    cr_expect(eq(str, (char *)warnings[2],
                 (char *)"changed the umask from 0022 to 0000; it was put back"));
    cr_expect(
        eq(str, (char *)warnings[3], (char *)"changed the working directory; it was put back"));
    cr_expect(eq(str, (char *)warnings[4],
                 (char *)"changed the locale from C to C.UTF-8; it was put back"));
    cr_expect(
        eq(str, (char *)warnings[5], (char *)"changed the limit RLIMIT_NOFILE; it was put back"));
    cr_expect(eq(str, (char *)warnings[6],
                 (char *)"set the environment variable EXECZ_TEST_MEDDLED; it was taken out"));

    sigaction(SIGCHLD, NULL, &action);
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    cr_assert(ne(ptr, getcwd(after, sizeof after), NULL));
    cr_expect(action.sa_handler == SIG_DFL);
    cr_expect(eq(int, sigismember(&mask, SIGUSR2), 0));
    cr_expect(eq(uint, umask(022), 022));
    cr_expect(eq(str, after, before));
    cr_expect(eq(str, setlocale(LC_ALL, NULL), (char *)"C"));
}

Test(module, a_quiet_plugin_causes_no_warning)
{
    g_auto(installed) plugin = install("good");

    cr_expect(eq(ptr, (void *)ez_module_warnings(load(&plugin))[0], NULL));
}

static void
keep_line(void *user, uint32_t level, const char *line)
{
    g_string_append_printf(user, "%s: %s\n", ez_log_level_name(level), line);
}

Test(module, the_log_says_which_bytes_were_loaded)
{
    g_auto(installed) plugin = install("good");
    g_autoptr(GString) lines = g_string_new(NULL);
    ez_log log = {EXECZ_LOG_INFO, keep_line, lines};
    g_autoptr(GBytes) bytes = fixture_bytes("good");
    g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
    g_autofree char *start =
        g_strdup_printf("info: plugin loaded executor=cpu path=%s inode=", plugin.path);

    ez_module_log(load(&plugin), &log, "cpu");
    cr_expect(g_str_has_prefix(lines->str, start), "%s", lines->str);
    cr_expect(strstr(lines->str, sum) != NULL, "%s", lines->str);
    cr_expect(strstr(lines->str, " id=org.execz.test.good version=1.2.3 abi=1.0 ") != NULL);
}

Test(module, an_undefined_symbol_is_named)
{
    expect_refusal(
        "undefined_symbol", "P310",
        "undefined symbol 'execz_test_nobody_defines_this': none of the libraries it was "
        "linked with defines it; link it with the one that does (-Wl,-z,defs shows this "
        "when it is built)");
}

Test(module, a_missing_library_is_named)
{
    expect_refusal(
        "missing_library", "P311",
        "it needs the library 'libexecz_test_stray.so', which is not installed where the "
        "system's loader looks; install it, or add its directory to /etc/ld.so.conf.d "
        "and run ldconfig ($ORIGIN is not understood in plugins)");
}

Test(module, a_wrong_magic_is_refused)
{
    expect_refusal("bad_magic", "P403",
                   "its descriptor starts with 0x12345678 instead of the magic 0x5a435845: set "
                   ".magic to EXECZ_PLUGIN_MAGIC and build it again");
}

Test(module, a_short_descriptor_is_refused)
{
    expect_refusal("bad_size", "P403",
                   "its descriptor has the size 16, at least 72 was expected: set .size to the "
                   "struct's sizeof and build it again");
}

Test(module, options_that_are_not_those_of_the_note_are_refused)
{
    expect_refusal("other_options", "P404",
                   "the options of 'other_options' are not those of the note in the file: declare "
                   "them with EXECZ_OPTIONS() and the component's own alias text");
}

Test(module, a_plugin_may_decline)
{
    expect_refusal(
        "declines", "P405",
        "it was built for plugin ABI 1.0 and declines to work with 1.0, which this execz "
        "speaks: its author knows why");
}

Test(module, a_required_function_that_is_missing_is_named)
{
    expect_refusal(
        "no_destroy", "P602",
        "'no_destroy' has no function 'destroy', which every execz.executor/1 must have");
}

Test(module, an_unknown_kind_is_loaded_but_not_given_out)
{
    g_auto(installed) plugin = install("other_kind");
    execz_error err = EXECZ_ERROR_INIT;
    g_autofree char *expected =
        g_strdup_printf("%s: 'other_kind' is of the kind 'org.execz.test.kind/7', which this execz "
                        "does not know: upgrade execz",
                        plugin.path);

    cr_expect(eq(ptr, (void *)ez_module_component(load(&plugin), "other_kind", &err), NULL));
    cr_expect(eq(str, err.code, (char *)"P406"));
    cr_expect(eq(str, err.message, expected));
}

Test(module, a_start_that_fails_says_who_and_why)
{
    g_auto(installed) plugin = install("start_fails");
    const ez_module *module = load(&plugin);
    execz_executor *executor = NULL;
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status =
        ops_of(module, "start_fails")->start(NULL, "start_fails", &executor, &err);
    g_autofree char *expected =
        g_strdup_printf("'mq' could not start: cannot reach the queue at 192.0.2.1; set the option "
                        "'server' (i/o error; plugin %s)",
                        plugin.path);

    cr_expect(eq(int, ez_module_start_failed(module, "mq", status, &err), EXECZ_E_PLUGIN));
    cr_expect(eq(str, err.code, (char *)"P501"));
    cr_expect(eq(str, err.message, expected));
}
