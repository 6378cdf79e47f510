/** What `campanile init --example` prints. What only its reader can know is left open, so that forgetting it is a fault and not a guess. */
export const EXAMPLE_ANSWERS = `# Answers for campanile init. Change what follows, put the real values where there are dots, then run:
#   campanile init --answers answers.yaml deploy-config

# Becomes campanile.yaml: what all hubs share.
fleet:
  title: Course hubs
  clusters:
    courses:
      # A context of the kubeconfig that Campanile is given.
      context: courses
      # What the cluster runs: kubectl version
      kubernetesVersion: 1.36.3
  # In the order of promotion: a merge goes to the first, and on to the next when that went well.
  environments:
    - name: staging
      cluster: courses
    - name: prod
      cluster: courses
      # When it starts after staging was found healthy: auto, after 2h, or manual (Campanile leaves it alone).
      promotion: auto
  # The chart repository of each chart.
  charts:
    jupyterhub: https://hub.jupyter.org/helm-chart/

# Secrets are encrypted for this key. age-keygen makes one; its private half stays out of the repository.
ageRecipient: age1...

# The chart that all hubs begin with, and the SHA-256 of its package: "digest" in the repository's index.yaml.
chart:
  chart: jupyterhub
  version: 4.4.0
  digest: sha256:...

# One entry per hub. Its name becomes part of Helm releases and namespaces, such as data8-staging.
hubs:
  data8:
    # Becomes hub.yaml.
    hub:
      title: Data 8
      # Mail addresses or GitHub logins.
      owners: [data8-staff@example.edu]
      students: 1500
      environments:
        staging: { url: https://data8-staging.example.edu }
        prod: { url: https://data8.example.edu }
      # Where the chart expects the image in its values. Leave this out for a chart that wraps the JupyterHub chart: it is then
      # jupyterhub.singleuser.image.
      image: { valuePath: singleuser.image }
      # otter-service, okpy, or external for something that Campanile does not deploy. May be left out.
      grader: { kind: otter-service }
      # May be left out.
      content:
        site: https://data8.example.edu/syllabus
        repositories:
          - repository: example/data8-materials
    # What students work in. The tag is for people, the digest is what runs: docker buildx imagetools inspect NAME:TAG
    image:
      name: registry.example.edu/user-data8
      tag: "2026.11.1"
      digest: sha256:...
    # Of each student's server. JupyterHub's units: M, G.
    memory: { guarantee: 1G, limit: 2G }
    # Who may open the hub's admin page. May be left out.
    adminUsers: [data8-lead@example.edu]
`;
