"""What the answers of all learners say of the items: parameters, misfit, and certainty as told."""
