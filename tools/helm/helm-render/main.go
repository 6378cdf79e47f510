// Command render renders charts as `helm template` does, one request after another in one process: to start Helm, and to read a
// chart and compile its schema, costs ten times what a render costs.
//
// A request is a line of JSON on standard input, an answer a line of JSON on standard output, in the order in which they are done.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/loader"
	valuesloader "helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/cli"
	release "helm.sh/helm/v4/pkg/release/v1"
)

// The values of a release, and with them a request, are far smaller than this.
const requestLimitBytes = 64 << 20

type request struct {
	ID        int    `json:"id"`
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	// Path of a packed chart or of a chart's folder.
	Chart string `json:"chart"`
	// As they would stand in a values file.
	Values string `json:"values"`
	// The cluster that templates see. When empty they see none, and only KubeVersion, or Helm's default.
	Kubeconfig string `json:"kubeconfig"`
	// Names what the cluster can do: the same under the same key. When empty it is read anew.
	Kinds            string `json:"kinds"`
	KubeVersion      string `json:"kubeVersion"`
	IsSchemaSkipped  bool   `json:"isSchemaSkipped"`
	OutputLimitBytes int    `json:"outputLimitBytes"`
}

type answer struct {
	ID        int               `json:"id"`
	Documents []json.RawMessage `json:"documents,omitempty"`
	Error     string            `json:"error,omitempty"`
}

// What is parsed and compiled anew for each render lives for its time only; to collect it less often costs memory, and saves a
// tenth of the work. GOMEMLIMIT is the bound.
const garbagePercent = 300

func main() {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	debug.SetGCPercent(garbagePercent)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), requestLimitBytes)
	answers := newAnswers(os.Stdout)
	var open sync.WaitGroup
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, "a request is no JSON:", err)
			os.Exit(1)
		}
		open.Go(func() { answers.write(answerTo(asked)) })
	}
	open.Wait()
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answerTo(asked request) (given answer) {
	defer func() {
		if fault := recover(); fault != nil {
			given = answer{ID: asked.ID, Error: fmt.Sprintf("the renderer failed: %v\n%s", fault, debug.Stack())}
		}
	}()
	documents, err := render(asked)
	if err != nil {
		return answer{ID: asked.ID, Error: err.Error()}
	}
	return answer{ID: asked.ID, Documents: documents}
}

func render(asked request) ([]json.RawMessage, error) {
	settings := cli.New()
	settings.KubeConfig = asked.Kubeconfig
	settings.SetNamespace(asked.Namespace)
	configuration := action.NewConfiguration()
	seen := newCluster(settings.RESTClientGetter(), asked.Kinds)
	if err := configuration.Init(seen, asked.Namespace, "secret"); err != nil {
		return nil, err
	}
	configuration.KubeClient = builder{configuration.KubeClient, seen.ToRESTMapper}
	install := action.NewInstall(configuration)
	install.ReleaseName = asked.Name
	install.Namespace = asked.Namespace
	install.Replace = true
	install.IsUpgrade = true
	install.DisableOpenAPIValidation = true
	install.SkipSchemaValidation = asked.IsSchemaSkipped
	install.DryRunStrategy = action.DryRunClient
	if asked.Kubeconfig != "" {
		install.DryRunStrategy = action.DryRunServer
	}
	if asked.KubeVersion != "" {
		version, err := common.ParseKubeVersion(asked.KubeVersion)
		if err != nil {
			return nil, fmt.Errorf("invalid kube version '%s': %w", asked.KubeVersion, err)
		}
		install.KubeVersion = version
	}
	loaded, err := load(asked.Chart)
	if err != nil {
		return nil, err
	}
	values, err := valuesloader.LoadValues(strings.NewReader(asked.Values))
	if err != nil {
		return nil, err
	}
	result, err := install.RunWithContext(context.Background(), loaded, values)
	if err != nil {
		if result != nil {
			return nil, fmt.Errorf("%w\n\nUse --debug flag to render out invalid YAML", err)
		}
		return nil, err
	}
	return printed(result, asked.OutputLimitBytes)
}

// Helm's command refuses both of these before it renders.
func load(path string) (chart.Charter, error) {
	loaded, err := loader.Load(path)
	if err != nil {
		return nil, err
	}
	accessor, err := chart.NewAccessor(loaded)
	if err != nil {
		return nil, err
	}
	if kind := accessor.MetadataAsMap()["Type"]; kind != "" && kind != "application" {
		return nil, fmt.Errorf("%s charts are not installable", kind)
	}
	if needed := accessor.MetaDependencies(); len(needed) > 0 {
		if err := action.CheckDependencies(loaded, needed); err != nil {
			return nil, fmt.Errorf("an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies: %w", err)
		}
	}
	return loaded, nil
}

func printed(result any, limitBytes int) ([]json.RawMessage, error) {
	rendered, isKnown := result.(*release.Release)
	if !isKnown {
		return nil, errors.New("Helm gave a release of an unknown kind")
	}
	parts := []string{rendered.Manifest}
	for _, hook := range rendered.Hooks {
		if !slices.Contains(hook.Events, release.HookTest) {
			parts = append(parts, hook.Manifest)
		}
	}
	var printed []json.RawMessage
	size := 0
	for _, part := range parts {
		if size += len(part); limitBytes > 0 && size > limitBytes {
			return nil, fmt.Errorf("the chart renders to more than %d bytes", limitBytes)
		}
		all, err := readDocuments(part)
		if err != nil {
			return nil, err
		}
		for _, each := range all {
			printed = append(printed, each.JSON)
		}
	}
	return printed, nil
}

type answers struct {
	lock sync.Mutex
	out  *json.Encoder
}

func newAnswers(out io.Writer) *answers {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return &answers{out: encoder}
}

func (a *answers) write(given answer) {
	a.lock.Lock()
	defer a.lock.Unlock()
	if err := a.out.Encode(given); err != nil {
		// Whoever asked is gone.
		os.Exit(1)
	}
}
