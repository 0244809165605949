package embedded

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// parentOf names, in the environment, the folder on which this test binary
// plays a parent that is going to be killed.
const parentOf = "EMBEDDED_TEST_PARENT_OF"

func TestMain(m *testing.M) {
	if dir := os.Getenv(parentOf); dir != "" {
		beParent(dir)
	}
	os.Exit(m.Run())
}

// beParent starts a server, says its process id and waits to be killed.
func beParent(dir string) {
	p, err := StartPostgres(context.Background(), dir, Options{})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fmt.Println("pid", p.PID())
	<-p.Done()
	os.Exit(0)
}

// folder returns a folder that PostgreSQL's user can reach: t.TempDir is closed to others.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "switchboard-embedded-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func begin(t *testing.T, dir string, o Options) *Postgres {
	t.Helper()
	p, err := StartPostgres(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func stop(t *testing.T, p *Postgres) {
	t.Helper()
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
}

// ask runs one statement as the superuser and returns its one value, "" for none.
func ask(t *testing.T, p *Postgres, sql string) string {
	t.Helper()
	c, err := pgx.Connect(t.Context(), p.AdminURL())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	rows, err := c.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	values, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(values, ",")
}

func TestSecondStartFindsTheData(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	p := begin(t, dir, Options{})
	ask(t, p, "create table kept as select 'here'::text as word")
	stop(t, p)
	p = begin(t, dir, Options{})
	if got := ask(t, p, "select word from kept"); got != "here" {
		t.Errorf("after the second start the table holds %q", got)
	}
	stop(t, p)
	p = begin(t, dir, Options{Fresh: true})
	defer stop(t, p)
	if got := ask(t, p, "select count(*)::text from pg_tables where tablename = 'kept'"); got != "0" {
		t.Error("a fresh start kept the old tables")
	}
}

func TestOnlyPasswordHoldersOnLoopbackGetIn(t *testing.T) {
	t.Parallel()
	p := begin(t, "", Options{Throwaway: true})
	defer stop(t, p)
	for _, password := range []string{"", "wrong"} {
		c, err := pgx.Connect(t.Context(), p.URL("postgres", password, "postgres"))
		if err == nil {
			_ = c.Close(t.Context())
			t.Errorf("the superuser got in with the password %q", password)
		}
	}
	if got := ask(t, p, "select setting from pg_settings where name in ('listen_addresses', 'unix_socket_directories') order by name"); got != "127.0.0.1," {
		t.Errorf("it listens on %q", got)
	}
	info, err := os.Stat(filepath.Join(p.Dir(), "postgres.password"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the password's file is open: %v", info.Mode())
	}
}

func TestTwoServersNeverShareAFolder(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	p := begin(t, dir, Options{})
	defer stop(t, p)
	_, err := StartPostgres(t.Context(), dir, Options{Fresh: true})
	if err == nil {
		t.Fatal("a second server started on the same folder")
	}
	for _, part := range []string{strconv.Itoa(os.Getpid()), dir, "--data"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not name %s: %v", part, err)
		}
	}
	ask(t, p, "select 'still here'")
}

func TestThrowawayLeavesNothing(t *testing.T) {
	t.Parallel()
	p := begin(t, "", Options{Throwaway: true})
	pid := p.PID()
	stop(t, p)
	if _, err := os.Stat(p.Dir()); !os.IsNotExist(err) {
		t.Errorf("its folder is still there: %v", err)
	}
	if alive(pid) {
		t.Error("its process is still there")
	}
	select {
	case <-p.Done():
	default:
		t.Error("it is not done")
	}
}

func TestKilledParentLeavesNoOrphan(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	parent, pid := startParent(t, dir)
	kill(t, parent)
	for range 500 {
		if !alive(pid) {
			return
		}
		time.Sleep(20 * time.Millisecond) // bounded: 10 s
	}
	t.Errorf("PostgreSQL, process %d, outlives its parent", pid)
}

// The server that the kill left behind may still be shutting down.
func TestStartRightAfterAKill(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	for range 2 {
		parent, pid := startParent(t, dir)
		kill(t, parent)
		p := begin(t, dir, Options{})
		if alive(pid) {
			t.Errorf("the old server, process %d, still runs beside the new one", pid)
		}
		ask(t, p, "create table if not exists after_a_kill (n int)")
		stop(t, p)
	}
}

// A server whose parent was killed and that did not hear of it is stopped, not fought.
func TestOrphanIsStopped(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	p := begin(t, dir, Options{})
	ask(t, p, "create table of_the_orphan (n int)")
	if err := p.lock.Close(); err != nil { // as if we were gone
		t.Fatal(err)
	}
	second := begin(t, dir, Options{})
	defer stop(t, second)
	select {
	case <-p.Done():
	case <-time.After(10 * time.Second):
		t.Error("the orphan still runs")
	}
	ask(t, second, "select count(*)::text from of_the_orphan")
}

// The id that a killed server noted may belong to a stranger when the machine has started anew.
func TestStrangerWithTheNotedIDIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	p := begin(t, dir, Options{})
	w := p.who
	stop(t, p)
	stranger, err := start(w.command("/", "/bin/sleep", "60"))
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.end(syscall.SIGKILL, time.Second)
	note := fmt.Sprintf("%d\n%s\n1700000000\n1\n\n127.0.0.1\n", stranger.cmd.Process.Pid, p.data)
	if err := w.write(filepath.Join(p.data, "postmaster.pid"), note); err != nil {
		t.Fatal(err)
	}
	stop(t, begin(t, dir, Options{}))
	select {
	case <-stranger.done:
		t.Errorf("the stranger was ended: %v", stranger.err)
	default:
	}
}

func TestHalfMadeDatabasesAreMadeAnew(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if err := os.Mkdir(filepath.Join(dir, "pg-new-1"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "pg-new-1", "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	// The folder is not empty, so nobody opens it for us.
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	p := begin(t, dir, Options{})
	defer stop(t, p)
	if p.Dir() != dir {
		t.Errorf("the databases are in %s, not in %s", p.Dir(), dir)
	}
	if half, _ := filepath.Glob(filepath.Join(dir, "pg-new-*")); len(half) != 0 {
		t.Errorf("left behind: %v", half)
	}
}

func TestBrokenDatabasesTellWhy(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	p := begin(t, dir, Options{})
	stop(t, p)
	if err := os.WriteFile(filepath.Join(p.data, "postgresql.auto.conf"), []byte("work_mem = 'a lot'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := StartPostgres(t.Context(), dir, Options{})
	if err == nil || !strings.Contains(err.Error(), "work_mem") {
		t.Errorf("the error does not say what PostgreSQL said: %v", err)
	}
}

func startParent(t *testing.T, dir string) (parent *exec.Cmd, pid int) {
	t.Helper()
	parent = exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), parentOf+"="+dir)
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscanf(line, "pid %d", &pid); err != nil {
		t.Fatalf("the parent says %q: %v", line, err)
	}
	return parent, pid
}

func kill(t *testing.T, parent *exec.Cmd) {
	t.Helper()
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // "signal: killed"
}

// alive reports whether the process runs; one that nobody has waited for does not.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// The kernel signals a child when the thread that started it ends.
func TestServerOutlivesTheThreadThatAskedForIt(t *testing.T) {
	t.Parallel()
	asked := make(chan *Postgres)
	onThreadThatEnds(func() {
		p, err := StartPostgres(context.Background(), "", Options{Throwaway: true})
		if err != nil {
			t.Error(err)
		}
		asked <- p
	})
	p := <-asked
	if p == nil {
		return
	}
	defer stop(t, p)
	select {
	case <-p.Done():
		t.Error("the server ended with the thread")
	case <-time.After(300 * time.Millisecond):
	}
}

// onThreadThatEnds calls f on a thread of its own, which ends right after. A
// goroutine that gets the first thread, which Go never ends, calls for another.
func onThreadThatEnds(f func()) {
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if syscall.Gettid() == os.Getpid() {
			onThreadThatEnds(f)
			return
		}
		f()
	}()
}
